// Errors as a JavaScript user meets them.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { inspect } from 'node:util'

import * as library from 'whatsapp-two-step'
import { Client, InvalidPhoneNumberIdError, InvalidPinError, RateLimitedError, TwoStepError } from 'whatsapp-two-step'
import { assertHidden, assertRefused, failure, ID, PIN, sandboxed, scenarios, shown, TOKEN } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

test('one class a kind, the same in both kinds of module', async () => {
  const error = await failure(client({ maxRetries: 0 }).setTwoStepPin(table['429-1-hour'].id, PIN))
  for (const type of [RateLimitedError, TwoStepError, Error]) assert.ok(error instanceof type)
  const required = createRequire(import.meta.url)('whatsapp-two-step')
  assert.equal(required.RateLimitedError, RateLimitedError)
  for (const name of Object.keys(required)) assert.equal(library[name], required[name], name)
  assert.equal(error.name, 'RateLimitedError')
  assert.equal(error.retryAfterMs, 3_600_000)
  assert.equal(error.isRetryable, true)
  assert.ok(!('graphCode' in error))
  assert.equal(Object.prototype.toString.call(error), '[object Error]')
})

test('toJSON has the fields, and nothing else', async () => {
  const error = await failure(client({ maxRetries: 0, accessToken: 'EAAsandboxExpired' }).setTwoStepPin(ID, PIN))
  const json = JSON.parse(JSON.stringify(error))
  assert.deepEqual(
    Object.keys(json).sort(),
    ['attempts', 'graphCode', 'graphSubcode', 'graphType', 'hint', 'httpStatus', 'isRetryable', 'kind', 'message', 'name', 'outcome', 'traceId'],
  )
  assert.deepEqual([json.name, json.kind, json.graphCode, json.graphSubcode, json.httpStatus], ['AuthenticationError', 'authentication', 190, 463, 401])
})

// The line of the call, found by its marker.
const lineOf = (error) => error.stack.split('\n').find((line) => line.includes('errors.test.mjs'))
const source = (await import('node:fs')).readFileSync(new URL(import.meta.url), 'utf8').split('\n')
const marked = (marker) => source.findIndex((line) => line.includes(`// ${marker}`)) + 1

test('the stack begins where the call was made', async () => {
  const once = client({ maxRetries: 0 })
  async function caller(id, pin) {
    return await once.setTwoStepPin(id, pin) // the call
  }
  for (const [id, pin] of [[table['html-502'].id, PIN], [table.reset.id, PIN], [ID, '12']]) {
    const error = await failure(caller(id, pin))
    assert.match(error.stack, new RegExp(`^${error.name}: ${error.message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\n`))
    assert.match(error.stack.split('\n')[1], new RegExp(`errors\\.test\\.mjs:${marked('the call')}:`), error.stack)
    assert.doesNotMatch(error.stack, /dist\/\w+\.cjs/)
  }
  // Without await, too.
  const kept = once.setTwoStepPin(table.reset.id, PIN) // kept
  const error = await new Promise((resolve) => kept.catch(resolve))
  assert.match(lineOf(error), new RegExp(`:${marked('kept')}:`))
  assert.throws(() => new Client({}), (error) => new RegExp(`:${marked('the constructor')}:`).test(lineOf(error))) // the constructor
})

test('values of the wrong type reject', async () => {
  const sent = sandbox.stats().requests
  const it = client()
  const values = [undefined, null, 12345, 735194n, true, {}, [PIN], Symbol('pin'), () => PIN, new String(PIN), new Proxy({}, {})]
  for (const value of values) {
    const pin = await failure(it.setTwoStepPin(ID, value))
    assertRefused(pin, 'invalid_pin', ['a string of 6 digits is needed', ...(typeof value === 'number' ? ['leading zero'] : [])])
    assert.ok(pin instanceof InvalidPinError)
    assertHidden(pin, PIN)
    const id = await failure(it.setTwoStepPin(value, PIN))
    assertRefused(id, 'invalid_phone_number_id', ['a string of digits is needed'])
    assert.ok(id instanceof InvalidPhoneNumberIdError)
  }
  assertRefused(await failure(it.setTwoStepPin()), 'invalid_phone_number_id', [])
  assertRefused(await failure(it.setTwoStepPin(ID, PIN, { signal: {} })), 'invalid_configuration', ['signal must be an AbortSignal'])
  assertRefused(await failure(it.setTwoStepPin(ID, '\ud800\udfff12345')), 'invalid_pin', [])
  await it.setTwoStepPin(ID, PIN, null)
  assert.equal(sandbox.stats().requests, sent + 1)
  const { setTwoStepPin } = it
  for (const receiver of [undefined, null, 7, {}, new Proxy(it, {})]) {
    assertRefused(await failure(setTwoStepPin.call(receiver, ID, PIN)), 'invalid_configuration', ['client must be called with its method, as in client.setTwoStepPin(…)'])
  }
})

test('no secret in an error, whatever the server says', async () => {
  const secret = 'sandbox-app-secret'
  const once = client({ maxRetries: 0, appSecret: secret, timeoutMs: 900 })
  for (const { id, name } of Object.values(table)) {
    if (!name.startsWith('echo')) continue
    const error = await failure(once.setTwoStepPin(id, PIN))
    assertHidden(error, TOKEN, PIN, secret)
    assert.ok(error.stack.includes(error.message))
  }
  const echoed = await failure(client({ accessToken: 'notEAA_secret', maxRetries: 0 }).setTwoStepPin(ID, PIN))
  assert.equal(echoed.kind, 'authentication')
  assertHidden(echoed, 'notEAA_secret')
})

test('no secret in a client', () => {
  const it = client({ appSecret: 'the-app-secret', proxy: 'http://user:pass-word@localhost:1' })
  assertHidden(it, TOKEN, 'the-app-secret', 'pass-word')
  assert.equal(inspect(it), `Client { baseUrl: '${sandbox.baseUrl}', apiVersion: 'v24.0' }`)
  assert.equal(JSON.stringify(it), '{}')
  assert.deepEqual(Reflect.ownKeys(it), [])
  assert.deepEqual(structuredClone(it), {})
})

test('an error that is printed says what to do', async () => {
  const error = await failure(client({ maxRetries: 0 }).setTwoStepPin(table['html-502'].id, PIN))
  for (const part of ["kind: 'service_unavailable'", "outcome: 'unknown'", 'hint:', 'httpStatus: 502']) assert.ok(inspect(error).includes(part))
  assert.ok(shown(error).length < 10_000)
})
