// Reading an account's numbers: over the built-in transport, over fetch, and over a stand-in.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { after, test } from 'node:test'

import { Client, fetchTransport, RateLimitedError, TwoStepError, UnexpectedResponseError } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'
import { assertHidden, assertRefused, eventually, failure, shown, TOKEN, via } from './support.mjs'

const WABA = '930000000000001'
const sandbox = await startSandbox({ numbers: 2_500 })
after(() => sandbox.close())
const client = (options) => new Client({ accessToken: TOKEN, baseUrl: sandbox.baseUrl, ...options })
const ways = { 'built in': {}, fetch: { transport: fetchTransport(fetch) }, 'a fetch itself': { transport: (request) => fetch(request.url, request) } }
const hang = '940630000000000' // the first page of a hundred, then no answer

/** What a loop has read, and what ended it. */
async function read(numbers) {
  const found = []
  const error = await (async () => {
    for await (const number of numbers) found.push(number)
  })().catch((error) => error)
  return { found, error }
}

const page = (from, to, after, more) => {
  const data = Array.from({ length: to - from }, (_, at) => ({ id: String(from + at + 1), is_pin_enabled: (from + at) % 2 === 0, ...more }))
  const next = after && `https://x/?access_token=${TOKEN}`
  return { status: 200, body: JSON.stringify({ data, paging: { cursors: { after: after ?? 'end' }, next } }) }
}
/** 2,500 numbers, a hundred a page. */
const fleet = (request) => {
  const query = new URL(request.url).searchParams
  assert.deepEqual([request.method, 'body' in request, query.get('limit'), request.maxBodyBytes], ['GET', false, '100', 1_048_576])
  const from = Number(query.get('after') ?? 0)
  return page(from, from + 100, from < 2_400 ? String(from + 100) : undefined)
}

for (const [number, [way, options]] of Object.entries(ways).entries()) {
  // What happens once happens once an ID, whose last digits are free.
  const own = (id, test) => `${id.slice(0, -2)}${number}${test}`

  test(`${way}: 2,500 numbers in 25 pages`, async () => {
    const before = sandbox.stats().requests
    const { found, error } = await read(client(options).phoneNumbers(WABA))
    assert.equal(error, undefined)
    assert.equal(new Set(found.map(({ id }) => id)).size, 2_500)
    assert.equal(sandbox.stats().requests - before, 25)
    const { id, displayPhoneNumber, pin, ...more } = found[0]
    assert.deepEqual([id, typeof displayPhoneNumber, pin], ['106540352242922', 'string', 'not_set'])
    assert.deepEqual(Object.keys(more).sort(), ['codeVerificationStatus', 'nameStatus', 'platformType', 'status', 'verifiedName'])
  })

  test(`${way}: whatever goes wrong with a list`, async () => {
    const table = await (await fetch(`${sandbox.baseUrl}/_sandbox/waba_scenarios`)).json()
    assert.ok(table.length > 15)
    const it = client({ ...options, maxRetries: 0 })
    await Promise.all(
      table.map(async ({ id, name, kind, numbers }) => {
        const { found, error } = await read(it.phoneNumbers(own(id, 0), { timeoutMs: kind === 'timed_out' ? 2_500 : 30_000 }))
        assert.deepEqual([error?.kind ?? 'success', found.length], [kind, numbers], name)
        if (error) assert.ok(error instanceof TwoStepError && error.outcome === 'not_sent', name)
        assertHidden(error ?? found, TOKEN)
        assertHidden(found, TOKEN)
      }),
    )
  })

  test(`${way}: leaving the loop reads no further page`, async () => {
    const before = sandbox.stats().requests
    let count = 0
    for await (const number of client(options).phoneNumbers(WABA)) {
      assert.ok(number.id)
      if (++count === 150) break
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(sandbox.stats().requests - before, 2)
  })

  test(`${way}: aborted in the middle of a page's read, the server sees its request closed`, async () => {
    const before = sandbox.stats()
    const controller = new AbortController()
    const reading = read(client(options).phoneNumbers(hang, { signal: controller.signal }))
    await eventually(() => sandbox.stats().requests === before.requests + 2)
    controller.abort(new Error('enough'))
    const { found, error } = await reading
    assert.deepEqual([found.length, error.message], [100, 'enough'])
    await eventually(() => sandbox.stats().aborted === before.aborted + 1)
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  })

  test(`${way}: aborted between two numbers, and before the first`, async () => {
    const before = sandbox.stats().requests
    const controller = new AbortController()
    const found = []
    const loop = async () => {
      for await (const number of client(options).phoneNumbers(WABA, { signal: controller.signal })) {
        if (found.push(number) === 7) controller.abort('enough')
      }
    }
    assert.deepEqual([await failure(loop()), found.length, sandbox.stats().requests - before], ['enough', 7, 1])
    const { found: none, error } = await read(client(options).phoneNumbers(WABA, { signal: AbortSignal.abort() }))
    assert.deepEqual([none.length, error.name, sandbox.stats().requests - before], [0, 'AbortError', 1])
  })

  test(`${way}: limits of its own, for each page`, async () => {
    const start = performance.now()
    const silent = await read(client(options).phoneNumbers(hang, { timeoutMs: 600 }))
    assert.deepEqual([silent.found.length, silent.error.kind], [100, 'timed_out'])
    assert.ok(performance.now() - start < 5_000)
    // Three pages of 300 ms each: longer than one may take.
    const { found, error } = await read(client(options).phoneNumbers('940650000000000', { timeoutMs: 800 }))
    assert.deepEqual([found.length, error], [250, undefined])
    const once = await read(client({ ...options, maxRetries: 2 }).phoneNumbers('940640000000000', { maxRetries: 0 }))
    assert.deepEqual([once.error.kind, once.error.attempts], ['connection_failed', 1])
  })

  test(`${way}: retried, each page for itself`, async () => {
    const { found, error } = await read(client(options).phoneNumbers(own('940620000000000', 1))) // a 429 with a second to wait, once
    assert.deepEqual([error, found.length], [undefined, 250])
  })
}

test('the ID and the options are checked at once', () => {
  const it = client()
  for (const [id, word] of [['me', 'wabaId'], ['', 'wabaId'], [5, 'a number'], [undefined, 'undefined'], [null, 'null'], [Symbol('id'), 'a symbol'], ['+1 555', 'wabaId']]) {
    assert.throws(() => it.phoneNumbers(id), (error) => (assertRefused(error, 'invalid_configuration', ['wabaId is not an account\'s ID', word]), true))
  }
  for (const [options, word] of [[{ singal: 1 }, 'option singal is unknown'], [{ timeoutMs: 0 }, 'timeoutMs'], [AbortSignal.abort(), 'not a signal'], [{ signal: 7 }, 'signal must be']]) {
    assert.throws(() => it.phoneNumbers(WABA, options), (error) => (assertRefused(error, 'invalid_configuration', [word]), true))
  }
  assert.throws(() => it.phoneNumbers.call(undefined, WABA), /client must be called with its method/)
  it.close()
  assert.throws(() => it.phoneNumbers(WABA), /client is closed/)
})

test('the stack begins where the numbers were asked for', async () => {
  async function caller(options) {
    for await (const number of client({ ...options, maxRetries: 0 }).phoneNumbers('940600000000000')) assert.ok(number)
  }
  for (const options of Object.values(ways)) {
    const error = await failure(caller(options))
    assert.match(error.stack.split('\n')[1], /caller .*phone_numbers\.test\.mjs/)
    assert.doesNotMatch(error.stack, /dist\/\w+\.cjs/)
  }
})

test('a stand-in: a page when it is asked for, and no sooner', async () => {
  let asked = 0
  const numbers = via((request) => (asked++, fleet(request))).phoneNumbers(WABA)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(asked, 0)
  for (let count = 0; count < 101; count++) assert.equal((await numbers.next()).value.pin, count % 2 ? 'not_set' : 'set')
  assert.equal(asked, 2)
  assert.deepEqual(await numbers.return(), { value: undefined, done: true })
  assert.deepEqual([await numbers.next(), asked], [{ value: undefined, done: true }, 2])
  assert.equal((await read(via(fleet).phoneNumbers(WABA))).found.length, 2_500)
})

test('a stand-in: fields', async () => {
  const fields = { display_phone_number: '+1 555', verified_name: 5, status: null, name_status: 'NEW' }
  const numbers = async (answer) => (await read(via(() => answer).phoneNumbers(WABA))).found
  assert.deepEqual(await numbers(page(0, 1, undefined, fields)), [{ id: '1', displayPhoneNumber: '+1 555', pin: 'set', nameStatus: 'NEW' }])
  assert.deepEqual(await numbers({ status: 200, body: '{"data":[{"id":"1"}]}' }), [{ id: '1', pin: 'unknown' }])
  assert.deepEqual(await numbers({ status: 200, body: '{"data":[]}' }), [])
  // A page has a larger body than a call's answer, as text, as bytes and as a stream.
  const { body } = page(0, 1, undefined, { verified_name: 'x'.repeat(1_000_000) })
  for (const form of [() => body, () => Buffer.from(body), () => new Blob([body]).stream()]) {
    assert.equal((await numbers({ status: 200, body: form() })).length, 1)
    assert.equal((await read(via(fetchTransport(async () => ({ status: 200, body: form() }))).phoneNumbers(WABA))).found.length, 1)
  }
})

test('a stand-in: what ends it', async () => {
  const answers = [
    [page(0, 1, 'again'), UnexpectedResponseError, 1], // the cursor repeats
    [{ status: 400, body: '{"error":{"code":80008,"message":"slow"}}' }, RateLimitedError, 0],
    [{ status: 200, body: '{"success":true}' }, UnexpectedResponseError, 0],
    [{ status: 200, body: ' '.repeat(1_048_577) }, UnexpectedResponseError, 0],
    [{ status: 200, body: Buffer.alloc(1_048_577, 32) }, UnexpectedResponseError, 0],
  ]
  for (const [answer, type, due] of answers) {
    const numbers = via(() => answer).phoneNumbers(WABA)
    const { found, error } = await read(numbers)
    assert.ok(error instanceof type, shown(error))
    assert.deepEqual([error.outcome, found.length, (await numbers.next()).done], ['not_sent', due, true])
    assertHidden(error, TOKEN)
  }
})

test('the transport runs in the context of whoever asks', async () => {
  const storage = new AsyncLocalStorage()
  const seen = []
  const it = via((request) => (seen.push(storage.getStore()), fleet(request)))
  await storage.run('mine', async () => {
    for await (const { id } of it.phoneNumbers(WABA)) {
      if (id === '150') break
    }
  })
  assert.deepEqual(seen, ['mine', 'mine'])
})

test('mocks of fetch', async () => {
  const { MockAgent, fetch: undiciFetch } = await import('undici')
  const agent = new MockAgent()
  agent.disableNetConnect()
  agent.get('https://graph.facebook.com').intercept({ method: 'GET', path: (path) => path.startsWith(`/v24.0/${WABA}/phone_numbers?`) }).reply(200, { data: [{ id: '1' }] })
  assert.equal((await read(via(fetchTransport(undiciFetch, { dispatcher: agent })).phoneNumbers(WABA))).found.length, 1)
  await agent.close()
})
