// Other ways to the server: a function of the user's, and fetch with undici's MockAgent, nock, msw.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { Client, fetchTransport, TransportError } from 'whatsapp-two-step'
import { assertHidden, eventually, failure, ID, PIN, sandboxed, scenarios, TOKEN } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)
const via = (transport, options) => new Client({ accessToken: TOKEN, maxRetries: 0, transport, ...options })
const SUCCESS = '{"success":true}'

test('answers in every form', async () => {
  const forms = [
    { status: 200, body: SUCCESS },
    { status: 200, body: new TextEncoder().encode(SUCCESS) },
    { status: 200, body: Buffer.from(SUCCESS) },
    { status: 200, body: new TextEncoder().encode(SUCCESS).buffer },
    { status: 200, body: SUCCESS, headers: new Headers({ 'x-fb-request-id': 'A1' }) },
    { status: 200, body: SUCCESS, headers: new Map([['X-FB-Request-ID', 'A1']]) },
    { status: 200, body: SUCCESS, headers: { 'x-fb-request-id': ['A1', 'A2'], 'content-length': 16, absent: undefined } },
  ]
  for (const form of forms) {
    assert.equal((await via(() => form).setTwoStepPin(ID, PIN)).traceId, form.headers && 'A1')
    assert.equal((await via(async () => form).setTwoStepPin(ID, PIN)).attempts, 1)
  }
  const thenable = { then: (resolve) => resolve(forms[0]) }
  await via(() => thenable).setTwoStepPin(ID, PIN)
})

test('answers that are none', async () => {
  const odd = [undefined, null, 'ok', 7, {}, { status: '200' }, { status: 200, body: 7 }, { status: 200, headers: 7 }]
  for (const answer of odd) {
    const error = await failure(via(() => answer).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome], ['connection_failed', 'unknown'], inspect(answer))
    assert.ok(error.cause instanceof TypeError)
  }
  const unheard = [
    { status: 0 }, { status: 99 }, { status: 1000 }, { status: -1 }, { status: 200.5 }, { status: NaN }, { status: 1e9 },
    { status: 200, headers: { 'bad name': 'x' } }, { status: 200, headers: { a: 'line\nbreak' } },
    { status: 200, body: `${SUCCESS}${' '.repeat(65_537)}` }, { status: 200, body: Buffer.alloc(10_000_000, 32) },
    { status: 200, body: SUCCESS, headers: { a: 'x'.repeat(70_000) } },
  ]
  for (const answer of unheard) {
    const error = await failure(via(() => answer).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome], ['unexpected_response', 'unknown'], inspect(answer).slice(0, 100))
  }
})

test('any exception becomes an error with the original as its cause', async () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  const hostile = { toString() { throw new Error('no') }, [inspect.custom]() { throw new Error('no') } }
  const thrown = [new Error('gone'), new TypeError('x', { cause: new Error('y') }), 'text', 7, undefined, null, Symbol('s'), {}, hostile, revoked]
  for (const exception of thrown) {
    for (const transport of [() => { throw exception }, () => Promise.reject(exception)]) {
      const error = await failure(via(transport).setTwoStepPin(ID, PIN))
      assert.deepEqual([error.kind, error.outcome, error.attempts], ['connection_failed', 'unknown', 1])
      if (exception !== hostile && exception !== revoked) assert.equal(error.cause, exception)
      else assert.equal(error.cause.message, 'an exception that cannot be shown')
    }
  }
})

test('an exception that repeats a secret stays outside', async () => {
  const leaks = [
    (request) => Object.assign(new Error('failed'), { request }),
    (request) => new Error(`could not send ${request.body}`),
    (request) => new Error('failed', { cause: new Error(request.headers.authorization) }),
    (request) => request.headers,
    (request) => request.url,
    (request) => Object.assign(new Error('failed'), { config: { nested: { deeply: { headers: [[request.headers]] } } } }),
  ]
  for (const leak of leaks) {
    const error = await failure(via((request) => { throw leak(request) }, { appSecret: 'the-app-secret' }).setTwoStepPin(ID, PIN))
    assert.equal(error.kind, 'connection_failed')
    assertHidden(error, TOKEN, PIN, 'the-app-secret', 'appsecret_proof=1')
    assert.ok(error.cause instanceof Error)
  }
})

test('a transport can say more', async () => {
  const cases = [
    [{ beforeSending: true }, 'connection_failed', 'not_sent'],
    [{ timedOut: true }, 'timed_out', 'unknown'],
    [{ timedOut: true, beforeSending: true }, 'timed_out', 'not_sent'],
    [{}, 'connection_failed', 'unknown'],
  ]
  for (const [says, kind, outcome] of cases) {
    const exception = new TransportError('no', says)
    const error = await failure(via(() => { throw exception }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome, error.cause], [kind, outcome, exception])
  }
})

test('time is up: the signal tells the transport', async () => {
  let signal
  const hangs = (request) => ((signal = request.signal), new Promise(() => {}))
  const error = await failure(via(hangs, { timeoutMs: 100 }).setTwoStepPin(ID, PIN))
  assert.deepEqual([error.kind, error.outcome], ['timed_out', 'unknown'])
  assert.equal(signal.aborted, true)
  const call = via(hangs).setTwoStepPin(ID, PIN, { signal: AbortSignal.timeout(50) })
  assert.equal((await failure(call)).name, 'TimeoutError')
  assert.equal(signal.aborted, true)
  // An answer after the end is nobody's.
  let answer
  const late = via(() => new Promise((resolve) => (answer = resolve)), { timeoutMs: 50 })
  await failure(late.setTwoStepPin(ID, PIN))
  answer({ status: 200, body: SUCCESS })
  await new Promise((resolve) => setImmediate(resolve))
})

test('the transport is retried, and runs in the caller\'s context', async () => {
  const storage = new AsyncLocalStorage()
  const seen = []
  const transport = ({ attempt }) => {
    seen.push([attempt, storage.getStore()])
    return attempt < 3 ? { status: 503 } : { status: 200, body: SUCCESS }
  }
  const response = await storage.run('mine', () => via(transport, { maxRetries: 2 }).setTwoStepPin(ID, PIN))
  assert.equal(response.attempts, 3)
  assert.deepEqual(seen, [[1, 'mine'], [2, 'mine'], [3, 'mine']])
})

test('fetch over real sockets: every fault, as without it', async () => {
  const over = client({ transport: fetchTransport(fetch), timeoutMs: 900, maxRetries: 0 })
  // What Node's fetch makes otherwise: it inflates, it reads interim answers on, and what is no HTTP is a failed fetch.
  const other = { 'gzip-success': 'success', 'not-http': 'connection_failed', 'no-headers': 'connection_failed', 'endless-headers': 'connection_failed', '20000-headers': 'connection_failed' }
  await Promise.all(
    Object.values(table).map(async ({ id, name, kind }) => {
      const end = await over.setTwoStepPin(id, PIN).then(() => 'success', (error) => (assertHidden(error, TOKEN, PIN), error.kind))
      assert.ok([kind, other[name]].includes(end), `${name}: ${end}, not ${kind}`)
    }),
  )
  const before = sandbox.stats().aborted
  await failure(client({ transport: fetchTransport() }).setTwoStepPin(table.hang.id, PIN, { signal: AbortSignal.timeout(100) }))
  await eventually(() => sandbox.stats().aborted > before)
})

test('fetch: what never left is not sent', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  const go = (baseUrl) => failure(via(fetchTransport(fetch), { baseUrl }).setTwoStepPin(ID, PIN))
  for (const url of [`http://127.0.0.1:${port}`, `http://localhost:${port}`, 'https://no-such-host.invalid']) {
    const error = await go(url)
    assert.deepEqual([error.kind, error.outcome], ['connection_failed', 'not_sent'], inspect(error))
    assert.ok(error.cause instanceof TransportError && error.cause.cause instanceof TypeError)
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
