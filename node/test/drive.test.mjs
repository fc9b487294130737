// A call over a transport of the user's own, in time: its deadline, its retries, the caller's context.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFile } from 'node:fs/promises'
import { mock, test } from 'node:test'

import { fetchTransport, TransportError } from 'whatsapp-two-step'
import { eventually, failure, ID, PIN, sandboxed, scenarios, SUCCESS, via } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

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

test('fake timers of a test runner stop no call', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] })
  try {
    assert.equal((await via(({ attempt }) => ({ status: attempt === 1 ? 503 : 200, body: SUCCESS }), { maxRetries: 1 }).setTwoStepPin(ID, PIN)).attempts, 2)
    assert.equal((await failure(via(() => new Promise(() => {}), { timeoutMs: 50 }).setTwoStepPin(ID, PIN))).kind, 'timed_out')
  } finally {
    mock.timers.reset()
  }
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
