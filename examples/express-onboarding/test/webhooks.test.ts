// The webhook's endpoint, with deliveries that the sandbox signs and sends as Meta does.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'

import express from 'express'
import type { SecurityEvent } from 'whatsapp-two-step'
import { startSandbox, type Sandbox } from 'whatsapp-two-step/testing'

import { Seen, webhooks } from '../src/webhooks.js'

const SECRET = 'sandbox-app-secret'
const heard: SecurityEvent[] = []
let sandbox: Sandbox
let server: Server
let url: string

before(async () => {
  sandbox = await startSandbox()
  const app = express()
    .use(webhooks(SECRET, (event) => heard.push(event)))
    .use(express.json()) // for other routes; it comes after
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
})
after(() => {
  server.close()
  server.closeAllConnections()
  sandbox.close()
})

/** Has the sandbox send one; gives the status that came back. */
async function deliver(more: Record<string, string>): Promise<number> {
  const query = new URLSearchParams({ url, ...more })
  const answer = await fetch(`${sandbox.baseUrl}/_sandbox/webhook?${query}`, { method: 'POST' })
  return ((await answer.json()) as { status: number }).status
}

test('each event is heard once', async () => {
  heard.length = 0
  for (const time of ['1', '1', '2', '1']) assert.equal(await deliver({ time }), 200)
  assert.equal(await deliver({ time: '1', event: 'PIN_RESET_REQUEST' }), 200)
  assert.deepEqual(heard.map(({ event, time }) => [event, time?.getTime()]), [['PIN_CHANGED', 1_000], ['PIN_CHANGED', 2_000], ['PIN_RESET_REQUEST', 1_000]])
  assert.equal(heard[0]?.displayPhoneNumber, '15550783881')
})

test("what isn't Meta's is refused", async (context) => {
  heard.length = 0
  const warned = context.mock.method(console, 'warn', () => {})
  assert.equal(await deliver({ app_secret: 'another_secret' }), 401)
  for (const type of ['application/json', 'text/plain', 'multipart/form-data']) {
    assert.equal((await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': type } })).status, 401)
  }
  assert.equal((await fetch(url, { method: 'POST' })).status, 401)
  assert.deepEqual([heard.length, warned.mock.callCount()], [0, 5])
  assert.ok(!JSON.stringify(warned.mock.calls.map((call) => call.arguments)).includes(SECRET))
})

test('memory is bounded', () => {
  const seen = new Seen(2)
  const isNew = [1, 2, 3, 3, 1].map((time) => seen.isNew({ event: 'PIN_CHANGED', time: new Date(time) }))
  assert.deepEqual(isNew, [true, true, true, false, true])
})
