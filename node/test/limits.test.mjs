// How much at once, for how long, and for which token: of a client, and of one call.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Client, fetchTransport } from 'whatsapp-two-step'
import { assertRefused, eventually, failure, ID, PIN, sandboxed, scenarios, SUCCESS, TOKEN, via } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)
const ways = { 'built in': {}, 'a transport': { transport: fetchTransport(fetch) } }

for (const [way, options] of Object.entries(ways)) {
  test(`${way}: no more calls at once than maxInFlight, and a turn that never comes is not sent`, async () => {
    const before = sandbox.stats()
    const it = client({ ...options, maxInFlight: 2, maxRetries: 0 })
    const other = it.withAccessToken('EAAG_of_a_customer')
    const hang = (it, timeoutMs) => failure(it.setTwoStepPin(table.hang.id, PIN, { timeoutMs }))
    const ends = await Promise.all([hang(it, 900), hang(other, 900), hang(it, 300), hang(other, 300), hang(other, 300)])
    assert.deepEqual(ends.map(({ kind }) => kind), Array(5).fill('timed_out'))
    assert.deepEqual(ends.map(({ outcome, reason }) => `${outcome} ${reason}`), [...Array(2).fill('unknown waiting'), ...Array(3).fill('not_sent connecting')])
    assert.equal(sandbox.stats().requests, before.requests + 2)
    // Turns come back: after a success, a failure, an abort.
    await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? it : other).setTwoStepPin(ID, PIN)))
    const controller = new AbortController()
    const aborted = Array.from({ length: 4 }, () => failure(it.setTwoStepPin(table.hang.id, PIN, { signal: controller.signal })))
    setTimeout(() => controller.abort(), 50)
    for (const end of await Promise.all(aborted)) assert.equal(end.name, 'AbortError')
    await it.setTwoStepPin(ID, PIN)
  })

  test(`${way}: time and retries of one call`, async () => {
    const it = client({ ...options, timeoutMs: 20_000 })
    const start = performance.now()
    assert.equal((await failure(it.setTwoStepPin(table.hang.id, PIN, { timeoutMs: 100 }))).kind, 'timed_out')
    assert.ok(performance.now() - start < 2_000)
    assert.equal((await failure(it.setTwoStepPin(table['html-502'].id, PIN, { maxRetries: 0 }))).attempts, 1)
    assert.equal((await it.setTwoStepPin(ID, PIN, { timeoutMs: undefined, maxRetries: undefined, signal: null })).attempts, 1)
  })

  test(`${way}: options of a call that are wrong`, async () => {
    const before = sandbox.stats().requests
    const wrong = [
      [{ singal: AbortSignal.timeout(1) }, 'option singal is unknown; a call takes signal, timeoutMs and maxRetries'],
      [{ timeout: 5 }, 'option timeout is unknown'],
      [AbortSignal.timeout(1_000), 'options must be an object such as { signal }, not a signal'],
      ['quick', 'options must be an object such as { signal }, not a string'],
      [{ timeoutMs: '5' }, 'timeoutMs must be a number of milliseconds, not a string'],
      [{ timeoutMs: 0 }, 'timeoutMs must be more than 0 s'],
      [{ maxRetries: -1 }, 'maxRetries must be a whole number'],
      [{ signal: {} }, 'signal must be an AbortSignal'],
    ]
    for (const [options, words] of wrong) assertRefused(await failure(client(ways[way]).setTwoStepPin(ID, PIN, options)), 'invalid_configuration', [words])
    assert.equal(sandbox.stats().requests, before)
  })

  test(`${way}: another token over the same connections`, async () => {
    const it = client(options)
    await it.setTwoStepPin(ID, PIN)
    const { connections } = sandbox.stats()
    const other = it.withAccessToken('EAAG_of_a_customer')
    await other.setTwoStepPin(ID, PIN)
    assert.equal(sandbox.stats().connections, connections)
    const header = sandbox.requests().at(-1).headers.find(([name]) => name.toLowerCase() === 'authorization')
    assert.equal(header[1], 'Bearer EAAG_of_a_customer')
    assert.ok(other instanceof Client && other.baseUrl === it.baseUrl)
    for (const [token, words] of [[undefined, 'accessToken must be a string, not undefined'], ['a b', 'accessToken']]) {
      assert.throws(() => it.withAccessToken(token), (error) => (assertRefused(error, 'invalid_configuration', [words]), true))
    }
  })

  test(`${way}: a closed client takes no more calls`, async () => {
    const it = client(options)
    const call = it.setTwoStepPin(table['slow-success'].id, PIN)
    const { close } = it
    close.call(it)
    assertRefused(await failure(it.setTwoStepPin(ID, PIN)), 'invalid_configuration', ['client is closed'])
    assert.equal((await call).attempts, 1)
    assert.match(it.baseUrl, /^http/)
    await it[Symbol.asyncDispose]()
  })
}

test('closing closes the connections', async () => {
  const open = sandbox.stats().openConnections
  const it = client()
  await it.setTwoStepPin(ID, PIN)
  assert.equal(sandbox.stats().openConnections, open + 1)
  it.close()
  await eventually(() => sandbox.stats().openConnections <= open)
})

test('who waits longest has the next turn, with the time that is left', async () => {
  const order = []
  const it = via(async ({ url, timeoutMs, connectTimeoutMs }) => {
    order.push([url.at(-1), timeoutMs <= 1_000 - 40 * order.length && connectTimeoutMs <= timeoutMs])
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { status: 200, body: SUCCESS }
  }, { maxInFlight: 1, timeoutMs: 1_000, accessToken: TOKEN })
  await Promise.all(['1', '2', '3'].map((id) => it.setTwoStepPin(id, PIN)))
  assert.deepEqual(order, [['1', true], ['2', true], ['3', true]])
})

test('swapped values', async () => {
  assertRefused(await failure(client().setTwoStepPin(PIN, ID)), 'invalid_pin', ['Are PIN and phone number ID swapped?'])
})
