// Other ways to the server: a function of the user's, and fetch with undici's MockAgent, nock, msw.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFile } from 'node:fs/promises'
import { createServer as createTcpServer } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'

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

test('a stream as the body, as a fetch has it', async () => {
  const stream = async function* (...chunks) { yield* chunks }
  const bodies = [new Response(SUCCESS).body, new Blob([SUCCESS]).stream(), Readable.from([SUCCESS]), stream(Buffer.from('{"success"'), ':true}'), stream()]
  for (const [number, body] of bodies.entries()) {
    const end = await via(() => ({ status: 200, body })).setTwoStepPin(ID, PIN).catch((error) => error)
    assert.equal(end.kind, number === 4 ? 'unexpected_response' : undefined, String(number))
  }
  // The answer itself, from a real server.
  const over = (transport) => client({ transport }).setTwoStepPin(ID, PIN)
  assert.equal((await over((request) => fetch(request.url, request))).attempts, 1)
  const broken = () => ({ status: 200, body: new ReadableStream({ pull() { throw new TypeError('cut') } }) })
  const error = await failure(via(broken).setTwoStepPin(ID, PIN))
  assert.deepEqual([error.kind, error.isRetryable, error.cause.cause.message], ['connection_failed', true, 'cut'])
  let chunks = 0
  const endless = () => ({ status: 200, body: (async function* () { for (;;) (chunks++, yield Buffer.alloc(16_384, 32)) })() })
  assert.match((await failure(via(endless).setTwoStepPin(ID, PIN))).message, /64 KiB/)
  assert.ok(chunks <= 6, `${chunks} chunks were read`)
})

test('answers that are none: never tried again, and the message says what a transport must return', async () => {
  const parts = {
    status: [undefined, null, 'ok', 7, {}, { status: '200' }, { status: 0 }, { status: 99 }, { status: 1000 }, { status: -1 }, { status: 200.5 }, { status: NaN }, { status: 1e9 }],
    headers: [{ status: 200, headers: 7 }, { status: 200, headers: [7] }, { status: 200, headers: { 'bad name': 'x' } }, { status: 200, headers: { a: 'line\nbreak' } }],
    body: [{ status: 200, body: 7 }, { status: 200, body: {} }, { status: 200, body: (async function* () { yield 7 })() }],
  }
  const says = { status: 'must return an object such as { status: 200, headers, body }', headers: 'must return headers as', body: 'must return a body that is' }
  for (const [part, answers] of Object.entries(parts)) {
    for (const answer of answers) {
      let count = 0
      const error = await failure(via(() => (count++, answer), { maxRetries: 2 }).setTwoStepPin(ID, PIN))
      assert.deepEqual([error.kind, error.outcome, error.isRetryable, error.attempts, count], ['unexpected_response', 'unknown', false, 1, 1], inspect(answer))
      assert.ok(error.message.includes(says[part]), error.message)
    }
  }
  const tooMuch = [
    { status: 200, body: `${SUCCESS}${' '.repeat(65_537)}` }, { status: 200, body: Buffer.alloc(10_000_000, 32) },
    { status: 200, body: SUCCESS, headers: { a: 'x'.repeat(70_000) } },
  ]
  for (const answer of tooMuch) {
    const error = await failure(via(() => answer).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome], ['unexpected_response', 'unknown'])
    assert.match(error.message, /larger than 64 KiB/)
  }
})

test('a fault of the program is not tried again', async () => {
  const faults = [
    () => undefined.status,
    () => nowhere,
    () => JSON.parse('<html>'),
    () => 'x'.repeat(-1),
    () => Buffer.from(7),
    () => { throw new TypeError('outer', { cause: new RangeError('inner') }) },
    () => { throw runInNewContext("new TypeError('of another realm')") },
    () => fetch('nonsense'),
  ]
  for (const fault of faults) {
    for (const transport of [fault, fetchTransport(fault)]) {
      let count = 0
      const error = await failure(via((request) => (count++, transport(request)), { maxRetries: 2 }).setTwoStepPin(ID, PIN))
      assert.deepEqual([error.kind, error.outcome, error.isRetryable, count], ['connection_failed', 'unknown', false, 1], inspect(error))
      assert.match(error.message, /The program's own transport failed/)
    }
  }
  // A fetch that fails throws a TypeError, too.
  const { port } = await closed()
  const networks = [
    () => fetch(`http://127.0.0.1:${port}`),
    () => { throw new TypeError('fetch failed', { cause: new Error('other side closed') }) },
    () => { throw Object.assign(new TypeError('The socket connection was closed unexpectedly'), { code: 'ECONNRESET' }) },
    () => { throw new Error('other') },
    () => { throw Object.assign(new Error('other'), { name: 'HttpError' }) },
    () => { throw new (class HttpError extends TypeError { name = 'HttpError' })() },
    () => { throw new DOMException('x', 'SyntaxError') },
    () => { throw new TransportError('x', { cause: new TypeError('y') }) },
  ]
  for (const network of networks) {
    const error = await failure(via(network).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.isRetryable], ['connection_failed', true], inspect(error))
  }
})

test('any exception becomes an error with the original as its cause', async () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  const hostile = { toString() { throw new Error('no') }, [inspect.custom]() { throw new Error('no') } }
  const thrown = [new Error('gone'), new TypeError('x', { cause: new Error('y') }), new TypeError('z'), 'text', 7, undefined, null, Symbol('s'), {}, hostile, revoked]
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
  const circular = (error) => Object.assign(error, { self: error })
  const leaks = [
    (request) => Object.assign(new Error('failed'), { request }),
    (request) => new Error(`could not send ${request.body}`),
    (request) => new Error('failed', { cause: new Error(request.headers.authorization) }),
    (request) => request.headers,
    (request) => request.url,
    (request) => Object.assign(new Error('failed'), { config: { nested: { deeply: { headers: [[request.headers]] } } } }),
    (request) => circular(Object.assign(new Error('failed'), { config: Array.from({ length: 30 }).reduce((inner) => ({ inner }), request.headers) })),
    (request) => Object.defineProperties(new Error('failed'), { request: { value: request }, [inspect.custom]: { value: () => 'failed' } }),
    (request) => Object.assign(new Error('failed'), { toJSON: () => request.body }),
    (request) => Object.assign(new Error('failed'), { [Symbol('request')]: request }),
    (request) => Object.defineProperty(new Error('failed'), 'request', { value: request }),
    (request) => new AggregateError([new Error(request.body)]),
  ]
  for (const leak of leaks) {
    let exception
    const error = await failure(via((request) => { throw (exception = leak(request)) }, { appSecret: 'the-app-secret' }).setTwoStepPin(ID, PIN))
    assert.equal(error.kind, 'connection_failed')
    assert.notEqual(error.cause, exception)
    assertHidden(error, TOKEN, PIN, 'the-app-secret', 'appsecret_proof=1')
    assert.ok(error.cause instanceof Error)
  }
})

test('the cause is the last attempt\'s', async () => {
  const exception = new Error('gone')
  let count = 0
  const transport = () => {
    if (++count === 1) throw exception
    return { status: 401 }
  }
  const error = await failure(via(transport, { maxRetries: 1 }).setTwoStepPin(ID, PIN))
  assert.deepEqual([error.kind, error.outcome, error.attempts, error.cause], ['authentication', 'unknown', 2, undefined])
})

test('a transport can say more', async () => {
  const cases = [
    [{ beforeSending: true }, 'connection_failed', 'not_sent'],
    [{ timedOut: true }, 'timed_out', 'unknown'],
    [{ timedOut: true, beforeSending: true }, 'timed_out', 'not_sent'],
    [{}, 'connection_failed', 'unknown'],
    [{ beforeSending: undefined, timedOut: undefined, unprocessed: undefined }, 'connection_failed', 'unknown'],
    [{ unprocessed: 'nonsense' }, 'connection_failed', 'unknown'],
    [{ unprocessed: 7 }, 'connection_failed', 'unknown'],
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

test('a request that the server did not process goes out again, and is no retry', async () => {
  for (const unprocessed of ['connectionEnded', 'streamRefused']) {
    let count = 0
    const transport = () => {
      if (++count < 3) throw new TransportError('not processed', { unprocessed })
      return { status: 200, body: SUCCESS }
    }
    assert.equal((await via(transport).setTwoStepPin(ID, PIN)).attempts, 3)
    const exception = new TransportError('never', { unprocessed: 'connectionEnded' })
    const error = await failure(via(() => { throw exception }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome, error.attempts, error.cause], ['connection_failed', 'not_sent', 33, exception])
  }
})

test('an answer that came while the process was busy counts, also past the deadline', async () => {
  // The server answers after 300 ms.
  for (const transport of [fetchTransport(fetch), (request) => fetch(request.url, request)]) {
    const over = client({ transport, timeoutMs: 600, maxRetries: 0 })
    const before = sandbox.stats().requests
    const call = over.setTwoStepPin(table['slow-success'].id, PIN)
    await eventually(() => sandbox.stats().requests > before)
    await readFile(new URL(import.meta.url)) // what is busy is a file's callback: the timers come next, before the sockets
    for (const end = performance.now() + 900; performance.now() < end; );
    assert.equal((await call).attempts, 1)
  }
})

test('a wait that ends past the deadline sends nothing', async () => {
  let count = 0
  const call = failure(via(() => (count++, { status: 503 }), { maxRetries: 2, timeoutMs: 300 }).setTwoStepPin(ID, PIN))
  await new Promise((resolve) => setImmediate(resolve))
  for (const end = performance.now() + 500; performance.now() < end; );
  assert.deepEqual([(await call).kind, count], ['service_unavailable', 1])
})

test('256 at once, all of them under way together', async () => {
  let now = 0
  let most = 0
  const transport = async () => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 50))
    now--
    return { status: 200, body: SUCCESS }
  }
  const it = via(transport)
  await Promise.all(Array.from({ length: 256 }, () => it.setTwoStepPin(ID, PIN)))
  assert.equal(most, 256)
})

test('fetch over real sockets: every fault, as without it', async () => {
  const over = client({ transport: fetchTransport(fetch), timeoutMs: 2_500, maxRetries: 0 })
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

/** A port where nothing listens. */
async function closed() {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return { port }
}

test('fetch: what never left is not sent', async () => {
  const { port } = await closed()
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
