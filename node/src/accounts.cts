import type { TwoStepError } from './errors.cjs'
import { type CallSite, done, toError } from './failure.cjs'
import { native, type NativeAccounts } from './native.cjs'

/** The numbers of one business account (WABA), for {@link Rotator.rotateAll}. */
export interface FleetAccount {
  /** The phone number IDs, in the order in which they are begun. */
  numbers: Iterable<string>
  /** The account's ID. The server counts calls by it, so that one account can wait while others go on. */
  wabaId?: string | undefined
  /** The account's own token, in place of the client's. */
  accessToken?: string | undefined
}

const FIELDS = ['numbers', 'wabaId', 'accessToken']

/**
 * The accounts that were given, or one of all the numbers; and the same where they are checked.
 *
 * @internal
 */
export function accountsOf(numbers: unknown, site: CallSite): readonly [FleetAccount[], NativeAccounts] {
  const given = listed(numbers, site)
  const found = given.filter((it) => typeof it === 'object' && it !== null) as FleetAccount[]
  if (found.length > 0 && found.length < given.length) throw refused('must be phone number IDs or accounts, not both', site)
  const accounts = found.length > 0 ? found : [{ numbers: given as string[] }]
  const checked = new native.NativeAccounts()
  for (const account of accounts) {
    if (Object.keys(account).some((field) => !FIELDS.includes(field))) throw refused('has an account with a field beside numbers, wabaId and accessToken', site)
    done(checked.add(listed(account.numbers, site), account.wabaId, account.accessToken), site)
  }
  return [accounts, checked]
}

/** A text would be its characters, each digit a number. */
function listed(numbers: unknown, site: CallSite): unknown[] {
  if (typeof numbers !== 'object' || numbers === null || !(Symbol.iterator in numbers)) throw refused('must be an iterable of phone number IDs, or of accounts', site)
  return Array.from(numbers as Iterable<unknown>)
}

function refused(problem: string, site: CallSite): TwoStepError {
  return toError(native.invalidSetting('numbers', problem), site)
}
