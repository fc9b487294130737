// What must hold under every runtime: run by runtimes.test.mjs under Node, Bun and Deno. BASE_URL is a sandbox.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Client, fetchTransport, generatePin, generateVaultKey, InvalidPinError, InvalidWebhookError, isWeakPin, RateLimitedError, Rotator, securityEvents, SqliteVault, TwoStepError } from 'whatsapp-two-step'
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
assert.equal((await make({ transport: (request) => fetch(request.url, request) }).setTwoStepPin(ID, PIN)).attempts, 1)
assert.equal((await failure(over.setTwoStepPin('910010000000000', PIN, { signal: AbortSignal.timeout(50) }))).name, 'TimeoutError')

// What never left is not sent; what broke off is the network's fault, whatever class this runtime's fetch has for it.
const server = createServer((socket) => socket.once('data', () => socket.end(end)).on('error', () => {})).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const baseUrl = `http://127.0.0.1:${server.address().port}`
let end = ''
const go = async (options) => {
  const { kind, outcome, isRetryable } = await failure(make(options).setTwoStepPin(ID, PIN))
  return [kind, outcome, isRetryable]
}
const ways = [fetchTransport(fetch), (request) => fetch(request.url, request)]
for (const transport of ways) {
  for (end of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"succ']) {
    assert.deepEqual(await go({ baseUrl, transport }), ['connection_failed', 'unknown', true], end)
  }
}
assert.deepEqual(await go({ baseUrl: baseUrl.replace('http:', 'https:'), transport: ways[1] }), ['connection_failed', 'unknown', true])
await new Promise((resolve) => server.close(resolve))
for (const url of [baseUrl, 'https://no-such-host.invalid']) {
  assert.deepEqual(await go({ baseUrl: url, transport: ways[0] }), ['connection_failed', 'not_sent', true])
}
assert.deepEqual(await go({ transport: () => undefined.status }), ['connection_failed', 'unknown', false])

const mine = new Error('mine')
const thrown = await failure(make({ transport: () => Promise.reject(mine) }).setTwoStepPin(ID, PIN))
assert.equal(thrown.cause, mine)
const leaked = await failure(make({ transport: (request) => Promise.reject(Object.assign(new Error('mine'), { request })) }).setTwoStepPin(ID, PIN))
assert.equal(leaked.cause.request, undefined)

const storage = new AsyncLocalStorage()
const seen = []
const transport = () => (seen.push(storage.getStore()), { status: seen.length < 2 ? 503 : 200, body: '{"success":true}' })
await storage.run('the caller', () => make({ transport, maxRetries: 1 }).setTwoStepPin(ID, PIN))
assert.deepEqual(seen, ['the caller', 'the caller'])

const sandbox = await startSandbox({ numbers: 250 })
for (const transport of [undefined, ...ways]) {
  const numbers = make({ baseUrl: sandbox.baseUrl, transport }).phoneNumbers('930000000000001')
  let count = 0
  for await (const { pin } of numbers) count += pin === 'not_set' ? 1 : 0
  assert.equal(count, 250)
}
const never = make({ timeoutMs: 20_000 }).phoneNumbers('940630000000000', { signal: AbortSignal.timeout(500) })
assert.equal((await failure((async () => { for await (const { id } of never) assert.ok(id) })())).name, 'TimeoutError')
assert.equal(isWeakPin(generatePin()), false)
assert.throws(() => securityEvents(Buffer.from('{}'), 'sha256=00', 'secret'), InvalidWebhookError)
await make({ baseUrl: sandbox.baseUrl }).setTwoStepPin(ID, PIN)
assert.equal(sandbox.pin(ID), PIN)

const vault = new SqliteVault(join(mkdtempSync(join(tmpdir(), 'vault-')), 'pins.db'), generateVaultKey())
await vault.init()
for (const transport of [undefined, ...ways]) {
  const rotator = new Rotator(make({ baseUrl: sandbox.baseUrl, transport }), vault)
  await rotator.rotate(ID)
  const [pin] = await rotator.mayHold(ID)
  assert.equal(pin.expose(), sandbox.pin(ID))
  assert.equal(`${pin}${JSON.stringify(pin)}`.includes(pin.expose()), false)
}
sandbox.close()

// A pending call holds the process; after it, nothing does.
client.setTwoStepPin('910060000000000', PIN).then(() => console.log('done'))
