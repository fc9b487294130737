// What must hold under every runtime: run by runtimes.test.mjs under Node, Bun and Deno. BASE_URL is a sandbox.
import assert from 'node:assert/strict'

import { Client, fetchTransport, InvalidPinError, RateLimitedError, TwoStepError } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'

const ID = '106540352242922'
const PIN = '735194'
const make = (options) => new Client({ accessToken: 'EAAG_test', baseUrl: process.env.BASE_URL, maxRetries: 0, ...options })
const failure = (call) => call.then(() => assert.fail('it worked'), (error) => error)
const client = make()

assert.equal((await client.setTwoStepPin(ID, PIN)).attempts, 1)
await Promise.all(Array.from({ length: 200 }, () => client.setTwoStepPin(ID, PIN)))

async function caller() {
  return await client.setTwoStepPin('911230000000000', PIN)
}
const limited = await failure(caller())
assert.ok(limited instanceof RateLimitedError && limited instanceof TwoStepError)
assert.equal(limited.retryAfterMs, 3_600_000)
assert.match(limited.stack, /everywhere\.mjs/)
assert.ok((await failure(client.setTwoStepPin(ID, 12345))) instanceof InvalidPinError)
assert.throws(() => new Client({}), /accessToken is missing/)

assert.equal((await failure(client.setTwoStepPin('910010000000000', PIN, { signal: AbortSignal.timeout(50) }))).name, 'TimeoutError')

const over = make({ transport: fetchTransport(fetch) })
assert.equal((await over.setTwoStepPin(ID, PIN)).attempts, 1)
const mine = new Error('mine')
const thrown = await failure(make({ transport: () => Promise.reject(mine) }).setTwoStepPin(ID, PIN))
assert.equal(thrown.cause, mine)

const sandbox = await startSandbox()
await make({ baseUrl: sandbox.baseUrl }).setTwoStepPin(ID, PIN)
assert.equal(sandbox.pin(ID), PIN)
sandbox.close()

// A pending call holds the process; after it, nothing does.
client.setTwoStepPin('910060000000000', PIN).then(() => console.log('done'))
