// The endpoint against the sandbox that the package brings.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client, MemoryVault, Rotator, TransportError } from 'whatsapp-two-step'
import { startSandbox, type Sandbox } from 'whatsapp-two-step/testing'

import { createApp } from '../src/app.js'

const vault = new MemoryVault()
const servers: Server[] = []
let sandbox: Sandbox
let good: Client
let url: string

/** The app over this client and the one vault; gives its URL. */
async function serve(client: Client): Promise<string> {
  const server = createApp(new Rotator(client, vault)).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

before(async () => {
  sandbox = await startSandbox()
  good = new Client({ accessToken: 'EAAtest', baseUrl: sandbox.baseUrl, maxRetries: 0 })
  url = await serve(good)
})
after(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  sandbox.close()
})

/** The PINs that may hold, a pending one first. */
const held = async (id: string) => (await new Rotator(good, vault).mayHold(id)).map((pin) => pin.expose())

const post = (id: string, signal?: AbortSignal, to = url) =>
  fetch(`${to}/numbers/${id}/two-step-pin`, { method: 'POST', ...(signal && { signal }) })

test('the server holds what the vault holds', async () => {
  const id = '106540352242922'
  const answer = await post(id)
  assert.equal(answer.status, 200)
  assert.deepEqual(await held(id), [sandbox.pin(id)])
})

test('an unknown outcome keeps both PINs until a call settles it', async () => {
  const id = '920010000000301' // fails twice, then works
  for (const _ of [1, 2]) {
    const answer = await post(id)
    assert.equal(answer.status, 502)
    assert.equal(((await answer.json()) as { outcome: string }).outcome, 'unknown')
  }
  assert.equal((await post(id)).status, 200)
  assert.deepEqual(await held(id), [sandbox.pin(id)])
  const bodies = sandbox.requests().filter(({ path }) => path.endsWith(id)).map(({ body }) => body)
  assert.equal(bodies.length, 3)
  assert.equal(new Set(bodies).size, 1, 'every call sent the same PIN')
})

test('a refusal after a lost answer loses no PIN', async () => {
  const id = '106540352242967'
  const expired = new Client({ accessToken: 'EAAsandboxExpired', baseUrl: sandbox.baseUrl })
  const losesTheAnswer = async ({ body = '' }: { body?: string }): Promise<never> => {
    await good.setTwoStepPin(id, JSON.parse(body).pin)
    throw new TransportError('the answer is lost')
  }
  const lossy = new Client({ accessToken: 'EAAtest', baseUrl: sandbox.baseUrl, transport: losesTheAnswer, maxRetries: 0 })
  for (const [client, status, state] of [[lossy, 502, 'unsettled'], [expired, 500, 'unsettled'], [good, 200, undefined]] as const) {
    const answer = await post(id, undefined, await serve(client))
    assert.equal(answer.status, status)
    assert.equal(((await answer.json()) as { vault?: string }).vault, state)
    assert.deepEqual(await held(id), [sandbox.pin(id)])
  }
})

test('a new PIN waits until no request is on its way', async () => {
  const id = '920020000000302' // resets the connection once, then works: of two requests, one may come late
  const patient = new Client({ accessToken: 'EAAtest', baseUrl: sandbox.baseUrl, timeoutMs: 20_000 })
  const to = await serve(patient)
  assert.equal((await post(id, undefined, to)).status, 200)
  const answer = await post(id, undefined, to)
  assert.equal(answer.status, 503)
  const { outcome, vault: state } = (await answer.json()) as { outcome: string, vault: string }
  assert.deepEqual([outcome, state], ['not_sent', 'settled'])
  const wait = Number(answer.headers.get('retry-after'))
  assert.ok(wait > 60 && wait <= 81, `${wait} s`)
  assert.deepEqual(await held(id), [sandbox.pin(id)])
})

const failures = [
  ['901330100000000', 409, 'rejected', null], // the number isn't registered
  ['900001900000463', 500, 'rejected', null], // our token has expired
  ['911230000000000', 503, 'rejected', '3600'], // rate limited for an hour
  ['914000000000000', 502, 'unknown', null], // the PIN was set, and the answer is a 500
  ['not-an-id', 422, 'not_sent', null],
] as const
for (const [id, status, outcome, retryAfter] of failures) {
  test(`${id} is a ${status}`, async () => {
    const answer = await post(id)
    const text = await answer.text()
    assert.equal(answer.status, status)
    assert.equal(JSON.parse(text).outcome, outcome)
    assert.equal(answer.headers.get('retry-after'), retryAfter)
    for (const pin of await held(id).catch(() => [])) assert.ok(!text.includes(pin), 'no PIN leaves the service')
  })
}

test('when the caller goes away, so does the request to Meta, and the PIN stays pending', { timeout: 60_000 }, async () => {
  const id = '910010000000000' // never answers
  const caller = new AbortController()
  const answer = post(id, caller.signal)
  while (!sandbox.requests().some(({ path }) => path.endsWith(id))) await sleep(10)
  const { aborted } = sandbox.stats()
  caller.abort()
  await assert.rejects(answer, { name: 'AbortError' })
  while (sandbox.stats().aborted === aborted) await sleep(10)
  assert.equal((await held(id)).length, 1)
})
