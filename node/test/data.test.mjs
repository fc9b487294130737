// Errors and responses as plain data, and stand-ins for the client.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'

import { Client, RateLimitedError, TwoStepError } from 'whatsapp-two-step'
import { makeError, makeResponse } from 'whatsapp-two-step/testing'
import { failure, ID, PIN, sandboxed, scenarios, vectors, via } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

test('an error becomes data and an error again, and loses no field', async () => {
  for (const { id } of Object.values(table)) {
    if (/hang|slow|drip|delay/.test(id)) continue
    const call = client({ maxRetries: 0, timeoutMs: 400 }).setTwoStepPin(id, PIN)
    const error = await call.then(() => undefined, (error) => error)
    if (!error) continue
    const again = TwoStepError.fromJSON(JSON.parse(JSON.stringify(error)))
    assert.equal(again.constructor, error.constructor)
    assert.deepEqual(again.toJSON(), error.toJSON())
    assert.match(again.stack, /data\.test\.mjs/)
    assert.deepEqual(TwoStepError.fromJSON(structuredClone(error.toJSON())).toJSON(), error.toJSON())
  }
  // A newer version's kind, and what is no such data.
  const newer = TwoStepError.fromJSON({ ...makeError({ kind: 'timed_out', outcome: 'unknown' }).toJSON(), kind: 'new_kind' })
  assert.deepEqual([newer.constructor, newer.kind], [TwoStepError, 'new_kind'])
  for (const data of [undefined, null, 7, {}, { kind: 'timed_out' }, { kind: 7, message: 'x' }]) assert.throws(() => TwoStepError.fromJSON(data), TypeError)
  const strange = TwoStepError.fromJSON({ kind: '__proto__', message: 'x', extra: 1 })
  assert.deepEqual([strange.kind, 'extra' in strange], ['__proto__', false])
})

test('every reason crosses from a transport, and a lasting one is not tried again', async () => {
  const { TransportError } = await import('whatsapp-two-step')
  for (const reason of vectors('kinds').reasons) {
    for (const lasting of [false, true]) {
      const it = via(() => { throw new TransportError('x', { reason, lasting, beforeSending: true }) }, { maxRetries: lasting ? 2 : 0 })
      const error = await failure(it.setTwoStepPin(ID, PIN))
      assert.deepEqual([error.kind, error.outcome, error.reason, error.isRetryable, error.attempts], ['connection_failed', 'not_sent', reason, !lasting, 1])
    }
  }
  assert.equal((await failure(via(() => { throw new TransportError('x', { reason: 'nonsense' }) }).setTwoStepPin(ID, PIN))).reason, 'other')
})

test('a response is plain data of this realm', async () => {
  const response = await client().setTwoStepPin(ID, PIN)
  for (const object of [response, response.usage, sandbox.requests()[0], sandbox.stats()]) assert.equal(Object.getPrototypeOf(object), Object.prototype)
  assert.ok(sandbox.requests()[0].headers instanceof Array && sandbox.requests()[0].headers[0] instanceof Array)
  assert.deepStrictEqual(JSON.parse(JSON.stringify(response)), response)
  assert.deepStrictEqual(makeResponse({ traceId: 'A1' }), { attempts: 1, traceId: 'A1' })
})

test('what a transport of another realm throws is told apart all the same', async () => {
  const thrown = runInNewContext("Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' }) })")
  const { fetchTransport } = await import('whatsapp-two-step')
  const error = await failure(via(fetchTransport(() => Promise.reject(thrown))).setTwoStepPin(ID, PIN))
  assert.deepEqual([error.kind, error.outcome, error.reason], ['connection_failed', 'not_sent', 'refused'])
})

test('errors and clients that stand in', async () => {
  const error = makeError({ kind: 'rate_limited', outcome: 'rejected', retryAfterMs: 60_000 })
  assert.ok(error instanceof RateLimitedError && error.retryAfterMs === 60_000)
  assert.match(error.stack.split('\n')[1], /data\.test\.mjs/)
  const stub = Object.create(Client.prototype)
  for (const it of [new Proxy(client(), {}), stub, new Proxy(stub, {})]) assert.equal(inspect(it), 'Client {}')
  assert.match(inspect(client()), /baseUrl/)
})
