// fetch as the transport: over real sockets, and with undici's MockAgent, nock, msw in its place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { fetchTransport, TransportError } from 'whatsapp-two-step'
import { assertHidden, closedPort, eventually, failure, ID, PIN, sandboxed, scenarios, SUCCESS, TOKEN, via } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

test('fetch over real sockets: every fault, as without it', async () => {
  const over = client({ transport: fetchTransport(fetch), maxRetries: 0 })
  // What Node's fetch makes otherwise: it inflates, it reads interim answers on, and what is no HTTP is a failed fetch.
  const other = { 'gzip-success': 'success', 'not-http': 'connection_failed', 'no-headers': 'connection_failed', 'endless-headers': 'connection_failed', '20000-headers': 'connection_failed' }
  await Promise.all(
    Object.values(table).map(async ({ id, name, kind, outcome }) => {
      const timeoutMs = kind === 'timed_out' ? 2_500 : 30_000
      const end = await over.setTwoStepPin(id, PIN, { timeoutMs }).then(() => ({ kind: 'success', outcome: 'applied' }), (error) => (assertHidden(error, TOKEN, PIN), error))
      assert.ok([kind, other[name]].includes(end.kind), `${name}: ${end.kind}, not ${kind}`)
      if (other[name] !== 'success') assert.equal(end.outcome, outcome, name)
    }),
  )
  const before = sandbox.stats().aborted
  await failure(client({ transport: fetchTransport() }).setTwoStepPin(table.hang.id, PIN, { signal: AbortSignal.timeout(100) }))
  await eventually(() => sandbox.stats().aborted > before)
})

test('fetch: what never left is not sent', async () => {
  const port = await closedPort()
  const go = (baseUrl) => failure(via(fetchTransport(fetch), { baseUrl }).setTwoStepPin(ID, PIN))
  for (const url of [`http://127.0.0.1:${port}`, `http://localhost:${port}`, 'https://no-such-host.invalid']) {
    const error = await go(url)
    assert.deepEqual([error.kind, error.outcome], ['connection_failed', 'not_sent'], inspect(error))
    assert.ok(error.cause instanceof TransportError && error.cause.cause instanceof TypeError)
  }
})

test('fetch: a time limit of TCP is one of connecting only if connecting was under way', async () => {
  for (const [syscall, reason, outcome] of [['connect', 'connecting', 'not_sent'], ['read', 'waiting', 'unknown']]) {
    const cause = Object.assign(new Error(`${syscall} ETIMEDOUT`), { code: 'ETIMEDOUT', syscall })
    const error = await failure(via(fetchTransport(async () => { throw new TypeError('fetch failed', { cause }) })).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.reason, error.outcome], ['connection_failed', reason, outcome])
  }
})

test('undici: its own fetch, with a MockAgent', async () => {
  const { fetch: undiciFetch, MockAgent } = await import('undici')
  const agent = new MockAgent()
  agent.disableNetConnect()
  const pool = agent.get('https://graph.facebook.com')
  pool.intercept({ method: 'POST', path: `/v24.0/${ID}`, body: `{"pin":"${PIN}"}` }).reply(200, SUCCESS, { headers: { 'x-fb-request-id': 'Amock' } })
  pool.intercept({ method: 'POST', path: `/v24.0/${ID}` }).reply(429, '', { headers: { 'retry-after': '3600' } })
  const mocked = via(fetchTransport(undiciFetch, { dispatcher: agent }))
  assert.equal((await mocked.setTwoStepPin(ID, PIN)).traceId, 'Amock')
  assert.equal((await failure(mocked.setTwoStepPin(ID, PIN))).retryAfterMs, 3_600_000)
  assert.equal((await failure(mocked.setTwoStepPin('7', PIN))).kind, 'connection_failed')
  await agent.close()
})

test('nock', async () => {
  const { default: nock } = await import('nock')
  try {
    nock('https://graph.facebook.com').post(`/v24.0/${ID}`, { pin: PIN }).matchHeader('authorization', `Bearer ${TOKEN}`).reply(200, SUCCESS)
    assert.equal((await via(fetchTransport()).setTwoStepPin(ID, PIN)).attempts, 1)
    nock('https://graph.facebook.com').post(`/v24.0/${ID}`).reply(400, { error: { code: 133005, message: 'wrong' } })
    assert.equal((await failure(via(fetchTransport()).setTwoStepPin(ID, PIN))).kind, 'pin_rejected')
  } finally {
    nock.restore()
  }
})

test('msw', async () => {
  const { http, HttpResponse } = await import('msw')
  const { setupServer } = await import('msw/node')
  const server = setupServer(
    http.post('https://graph.facebook.com/v24.0/:id', async ({ request, params }) => {
      assert.deepEqual(await request.json(), { pin: PIN })
      return params.id === ID ? HttpResponse.json({ success: true }) : HttpResponse.json({ error: { code: 190 } }, { status: 401 })
    }),
  )
  server.listen({ onUnhandledRequest: 'error' })
  try {
    assert.equal((await via(fetchTransport()).setTwoStepPin(ID, PIN)).attempts, 1)
    assert.equal((await failure(via(fetchTransport()).setTwoStepPin('7', PIN))).kind, 'authentication')
  } finally {
    server.close()
  }
})
