// AbortSignal, as fetch takes it.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'

import { fetchTransport } from 'whatsapp-two-step'
import { eventually, failure, ID, PIN, sandboxed, scenarios } from './support.mjs'

const { sandbox, client: withOptions } = await sandboxed()
const table = await scenarios(sandbox)
const listeners = (signal) => getEventListeners(signal, 'abort').length

for (const [way, options] of Object.entries({ 'built in': {}, 'a transport': { transport: fetchTransport(fetch) } })) {
  const client = (more) => withOptions({ ...options, ...more })

  test(`${way}: aborted before: nothing is sent, and the reason is the signal's`, async () => {
    const before = sandbox.stats().requests
    const reason = { mine: true }
    assert.equal(await failure(client().setTwoStepPin(ID, PIN, { signal: AbortSignal.abort(reason) })), reason)
    const error = await failure(client().setTwoStepPin(ID, PIN, { signal: AbortSignal.abort() }))
    assert.deepEqual([error.name, error.code], ['AbortError', DOMException.ABORT_ERR])
    assert.equal(sandbox.stats().requests, before)
  })

  test(`${way}: aborted during: the server sees its request closed`, async () => {
    const took = []
    for (let times = 0; times < 5; times++) {
      const before = sandbox.stats()
      const controller = new AbortController()
      const call = client().setTwoStepPin(table.hang.id, PIN, { signal: controller.signal })
      await eventually(() => sandbox.stats().requests === before.requests + 1)
      assert.equal(sandbox.stats().aborted, before.aborted)
      const start = performance.now()
      controller.abort(new Error('enough'))
      assert.equal((await failure(call)).message, 'enough')
      took.push(performance.now() - start)
      await eventually(() => sandbox.stats().aborted === before.aborted + 1)
      assert.equal(listeners(controller.signal), 0)
    }
    // The quickest: a busy machine has its own pauses.
    assert.ok(Math.min(...took) < 50, `${took} ms`)
    await client().setTwoStepPin(ID, PIN)
  })

  test(`${way}: aborted between attempts: no further one`, async () => {
    const before = sandbox.stats().requests
    const controller = new AbortController()
    const call = client().setTwoStepPin(table['503-1-second'].id, PIN, { signal: controller.signal })
    await eventually(() => sandbox.stats().requests === before + 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    controller.abort()
    assert.equal((await failure(call)).name, 'AbortError')
    await new Promise((resolve) => setTimeout(resolve, 1300))
    assert.equal(sandbox.stats().requests, before + 1)
  })

  test(`${way}: AbortSignal.timeout and AbortSignal.any`, async () => {
    const error = await failure(client().setTwoStepPin(table.hang.id, PIN, { signal: AbortSignal.timeout(50) }))
    assert.equal(error.name, 'TimeoutError')
    const either = AbortSignal.any([AbortSignal.timeout(50), new AbortController().signal])
    assert.equal((await failure(client().setTwoStepPin(table.hang.id, PIN, { signal: either }))).name, 'TimeoutError')
  })

  test(`${way}: the user's own listeners stay`, async () => {
    const controller = new AbortController()
    let onabort = 0
    let listened = 0
    controller.signal.onabort = () => onabort++
    controller.signal.addEventListener('abort', () => listened++)
    await client().setTwoStepPin(ID, PIN, { signal: controller.signal })
    assert.equal(listeners(controller.signal), 2)
    const call = failure(client().setTwoStepPin(table.hang.id, PIN, { signal: controller.signal }))
    controller.abort()
    await call
    assert.deepEqual([onabort, listened], [1, 1])
  })

  test(`${way}: 10,000 calls with one signal leave no listener and no warning`, async () => {
    const warnings = []
    const warn = (warning) => warnings.push(warning)
    process.on('warning', warn)
    const { signal } = new AbortController()
    const shared = client()
    for (let sent = 0; sent < 10_000; sent += 64) {
      await Promise.all(Array.from({ length: 64 }, () => shared.setTwoStepPin(ID, PIN, { signal })))
    }
    assert.equal(listeners(signal), 0)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warn)
    assert.deepEqual(warnings, [])
  })

  test(`${way}: a signal that aborts after the end does nothing`, async () => {
    const controller = new AbortController()
    await client().setTwoStepPin(ID, PIN, { signal: controller.signal })
    controller.abort()
    await failure(client().setTwoStepPin(ID, '1', { signal: new AbortController().signal }))
  })

  test(`${way}: a signal that can't be listened to rejects, and nothing is sent`, async () => {
    const before = sandbox.stats().requests
    const broken = Object.assign(new EventTarget(), { aborted: false, addEventListener() { throw new Error('broken') } })
    const it = client({ maxInFlight: 1 })
    for (let times = 0; times < 3; times++) {
      assert.equal((await failure(it.setTwoStepPin(ID, PIN, { signal: broken }))).message, 'broken')
    }
    assert.equal(sandbox.stats().requests, before)
    // Its turn is free, and what the call held is given back.
    await it.setTwoStepPin(ID, PIN)
    assert.equal(sandbox.stats().requests, before + 1)
    // A call that is refused leaves no listener.
    const { signal } = new AbortController()
    await failure(it.setTwoStepPin(ID, '1', { signal }))
    assert.equal(listeners(signal), 0)
  })

  test(`${way}: many aborted at once`, async () => {
    const before = sandbox.stats()
    const controller = new AbortController()
    const shared = client()
    const calls = Array.from({ length: 50 }, () => failure(shared.setTwoStepPin(table.hang.id, PIN, { signal: controller.signal })))
    await eventually(() => sandbox.stats().requests === before.requests + 50)
    controller.abort('all')
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(['all']))
    await eventually(() => sandbox.stats().aborted === before.aborted + 50)
  })
}
