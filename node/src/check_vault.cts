import { AskedVault } from './asked.cjs'
import { callSite, done, located } from './failure.cjs'
import { native } from './native.cjs'
import type { Vault } from './vault.cjs'
import { VaultError } from './vault_error.cjs'

/** A vault of your own is not as it must be; the message names the rule. From {@link checkVault}. */
export class VaultFaultError extends Error {}
Object.defineProperty(VaultFaultError.prototype, 'name', { value: 'VaultFaultError', configurable: true, writable: true })

/**
 * Does a vault of your own keep what a `Rotator` needs: compare and set, whole entries, new versions? For its tests.
 *
 * ```ts
 * import { checkVault, MemoryVault } from 'whatsapp-two-step'
 *
 * await checkVault(new MemoryVault())
 * class Forgets extends MemoryVault {
 *   override load(): undefined {}
 * }
 * await checkVault(new Forgets()).catch((error: Error) => {
 *   console.log(error.message) // The vault is not as it must be: load gives nothing after a save.
 * })
 * ```
 *
 * Eight saves are under way at once, so that a vault that looks, waits and then writes is found out. What it can't see: whether an entry outlives a
 * crash, and whether two processes can save at once; so try these too.
 *
 * @param vault One for tests.
 * @param phoneNumberId Of which the vault has no entry. The check leaves one behind, with PINs of no number. It looks at the number with a
 * zero after it too, and leaves nothing there.
 * @throws VaultFaultError the first thing that is not as it must be. Its `cause` is what the vault threw, where that is the fault and shows no PIN.
 */
export async function checkVault(vault: Vault, phoneNumberId: string = '000000000000001'): Promise<void> {
  const site = callSite(checkVault)
  const check = done(native.beginCheck(phoneNumberId), site)
  const asked = new AskedVault(vault)
  const causes = new Map<number | undefined, unknown>()
  for (;;) {
    const step = check.next()
    if (step.kind === 'kept') return
    if (step.kind === 'broken') {
      const cause = causes.has(step.number) ? { cause: causes.get(step.number) } : {}
      throw located(() => new VaultFaultError(step.message, cause), site)
    }
    causes.clear()
    const work = Array.from(step.asks, async (ask) => {
      const wish = ask.wish()
      const failure = await asked.ask(wish.phoneNumberId, wish, ask)
      if (failure) causes.set(ask.number, failure.isSafe ? failure.thrown : located(hidden, site))
    })
    await Promise.all(work)
  }
}

function hidden(): VaultError {
  return new VaultError('unreachable', 'What the vault threw is not shown: six digits in it may be a PIN.')
}
