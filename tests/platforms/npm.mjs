// What a user does with npm's package, on another platform: a PIN, a refusal, a rotation over SQLite; on the package's own sandbox.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, generateVaultKey, Rotator, SqliteVault } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'

const number = '106540352242922'
const sandbox = await startSandbox()
const client = new Client({ accessToken: 'EAAsandbox', baseUrl: sandbox.baseUrl, timeoutMs: 30_000 })
await Promise.all(Array.from({ length: 8 }, () => client.setTwoStepPin(number, '048213')))
const expired = new Client({ accessToken: 'EAAsandboxExpired', baseUrl: sandbox.baseUrl, timeoutMs: 30_000 })
await assert.rejects(expired.setTwoStepPin(number, '735194'), { outcome: 'rejected' })

const folder = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-'))
const vault = new SqliteVault(join(folder, 'pins.db'), generateVaultKey())
await vault.init()
await new Rotator(client, vault).rotate(number)
const [pin] = await new Rotator(client, vault).mayHold(number)
assert.match(pin.expose(), /^\d{6}$/)
sandbox.close?.()
const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`
console.log(`npm's package: set, refusal, rotation; ${runtime} on ${process.platform} ${process.arch}`)
try {
  rmSync(folder, { recursive: true })
} catch {
  // Windows doesn't let a file go that is still open
}
