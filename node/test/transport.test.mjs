// A transport of the user's own: what it may give back, and what it may throw.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'

import { fetchTransport, TransportError } from 'whatsapp-two-step'
import { assertHidden, closedPort, failure, ID, PIN, sandboxed, scenarios, SUCCESS, TOKEN, via } from './support.mjs'

const { sandbox, client } = await sandboxed()

test('answers in every form', async () => {
  const forms = [
    { status: 200, body: SUCCESS },
    { status: 200, body: new TextEncoder().encode(SUCCESS) },
    { status: 200, body: Buffer.from(SUCCESS) },
    { status: 200, body: new TextEncoder().encode(SUCCESS).buffer },
    { status: 200, body: SUCCESS, headers: new Headers({ 'x-fb-request-id': 'A1' }) },
    { status: 200, body: SUCCESS, headers: new Map([['X-FB-Request-ID', 'A1']]) },
    { status: 200, body: SUCCESS, headers: { forEach: (each) => each('A1', 'x-fb-request-id') } },
    { status: 200, body: SUCCESS, headers: { 'x-fb-request-id': 'A1', forEach: 'a header of that name' } },
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
  const { 'redirect-307': redirect } = await scenarios(sandbox)
  const redirected = await failure(client({ transport: (request) => fetch(request.url, request), maxRetries: 0 }).setTwoStepPin(redirect.id, PIN))
  assert.deepEqual([redirected.kind, redirected.httpStatus], ['unexpected_response', 307])
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
  const ofFetch = await failure(via(fetchTransport(async () => ({ status: 200, body: 7 }))).setTwoStepPin(ID, PIN))
  assert.ok(ofFetch.message.includes(says.body), ofFetch.message)
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
  const port = await closedPort()
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
    (request) => Object.assign(new Error('failed'), { body: Buffer.from(request.body) }),
    (request) => Object.assign(new Error('failed'), { body: [new TextEncoder().encode(request.body).buffer] }),
    (request) => Object.assign(new Error('failed'), { body: new DataView(new TextEncoder().encode(request.body).buffer) }),
    (request) => Object.assign(new Error('failed'), { sent: [[[[[[new Map([[new Set([request.headers.authorization]), 1]])]]]]]] }),
    (request) => Object.assign(new Error('failed'), { sent: { [inspect.custom]: () => request.body } }),
  ]
  const accessToken = "EAAG\\quoted'token" // what is printed has other characters
  for (const leak of leaks) {
    let exception
    const error = await failure(via((request) => { throw (exception = leak(request)) }, { accessToken, appSecret: 'the-app-secret' }).setTwoStepPin(ID, PIN))
    assert.equal(error.kind, 'connection_failed')
    assert.notEqual(error.cause, exception)
    const proof = createHmac('sha256', 'the-app-secret').update(accessToken).digest('hex')
    assertHidden(error, accessToken, JSON.stringify(accessToken).slice(1, -1), PIN, 'the-app-secret', proof)
    assert.ok(error.cause instanceof Error)
  }
})

test('an exception that is large is looked at quickly: it stays outside', async () => {
  const wide = (depth) => (depth === 0 ? [] : Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, wide(depth - 1)])))
  const shared = Array.from({ length: 40 }).reduce((inner) => ({ left: inner, right: inner }), {})
  const sizes = { objects: wide(4), array: new Array(5_000_000).fill(7), bytes: Buffer.alloc(50_000_000, 'x'), text: 'x'.repeat(50_000_000), map: new Map(Array.from({ length: 300_000 }, (_, n) => [n, {}])), shared }
  for (const [name, inside] of Object.entries(sizes)) {
    const exception = Object.assign(new Error('large'), { inside })
    const start = performance.now()
    const error = await failure(via(() => { throw exception }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.cause === exception, error.cause.message], [false, 'Error: large'], name)
    assert.ok(performance.now() - start < 2_000, `${name}: ${performance.now() - start} ms`)
  }
  // What is merely not small is shown.
  const exception = Object.assign(new Error('not small'), { inside: wide(2), body: Buffer.alloc(100_000, 'x'), text: 'x'.repeat(100_000) })
  assert.equal((await failure(via(() => { throw exception }).setTwoStepPin(ID, PIN))).cause, exception)
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
  // Set past the constructor, by whoever has no types.
  for (const says of [{ beforeSending: 'yes' }, { timedOut: 1 }, { lasting: {} }, { unprocessed: 7 }, { reason: 7 }]) {
    const exception = Object.assign(new TransportError('no'), says)
    const error = await failure(via(() => { throw exception }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome, error.isRetryable, error.cause], ['connection_failed', 'unknown', true, exception])
  }
})
