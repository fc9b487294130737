// The scripts of calls that every language runs: all of them on the native call's value, whose time is made up, and those of a few
// seconds through the public client in real time.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { Client, TransportError } from 'whatsapp-two-step'
import { camel, tell, TOO_LARGE } from './scripts.mjs'
import { PIN, TOKEN, vectors } from './support.mjs'

// Past the package's names: no user has it.
const { native } = createRequire(import.meta.url)('../node_modules/whatsapp-two-step/dist/native.cjs')
const { cases } = vectors('calls')
const settings = ({ timeout, max_retries }) => ({ accessToken: TOKEN, timeoutMs: timeout * 1000, maxRetries: max_retries })

function compare(end, { ok, kind, outcome, attempts, retry_after, is_retryable }) {
  assert.deepEqual([end.kind === undefined, end.kind, end.outcome, end.attempts], [ok === true, kind, outcome, attempts])
  if (retry_after !== undefined) assert.equal(end.retryAfterMs, retry_after * 1000)
  if (is_retryable !== undefined) assert.equal(end.isRetryable, is_retryable)
}

test('on the native call', () => {
  for (const { name, settings: given, steps, expect } of cases) {
    const { timeoutMs, ...rest } = settings(given)
    const client = native.createClient({ ...rest, timeoutMs, transport: () => {} }, {}, false)
    const call = new native.HostCall()
    let elapsed = 0
    let step = call.begin(client, client.setTwoStepPin('1', PIN, undefined), 0.7, false)
    for (const [number, event] of steps.entries()) {
      const { attempt, timeoutMs: left, connectTimeoutMs } = step.request
      assert.equal(attempt, number + 1, name)
      assert.ok(Math.abs(left - (timeoutMs - elapsed)) < 1e-6, `${name}: ${left} ms are left`)
      assert.equal(connectTimeoutMs, Math.min(10_000, left), name)
      elapsed = event.after === undefined ? timeoutMs : elapsed + event.after * 1000
      step = tell(call, elapsed, event)
      const wait = (expect.waits[number] ?? 0) * 1000
      if (wait === 0) continue
      const isNamed = /retry-after|regain/.test(JSON.stringify(event))
      assert.ok(isNamed ? step.waitMs === wait : step.waitMs <= wait, `${name}: waits ${step.waitMs} ms`)
      elapsed += wait + (expect.late ?? 0) * 1000
      step = call.waited(elapsed)
    }
    assert.ok(step.success ?? step.failure, name)
    compare(step.success ?? step.failure, expect)
  }
  assert.ok(cases.length > 40)
})

test('a native call that is told what does not fit comes to an error, and to no panic', () => {
  const client = native.createClient({ accessToken: TOKEN, transport: () => {} }, {}, false)
  const call = new native.HostCall()
  assert.match(call.waited(0).failure.message, /failed inside/)
  const operation = client.setTwoStepPin('1', PIN, undefined)
  assert.equal(call.begin(client, operation, NaN, false).request.attempt, 1)
  assert.ok(call.waited(1).failure)
  assert.ok(call.answered(1, 200, [], '').failure)
  assert.match(call.begin(client, operation, 0, false).failure.message, /failed inside/, 'it was for one call')
  assert.equal(client.setTwoStepPin('1', '12', undefined).kind, 'invalid_pin')
})

// A transport in JavaScript can't say that it still connects, nor that its fault came before sending.
const isPlayable = ({ only_value, steps, expect }) => {
  const seconds = expect.takes ?? steps.reduce((sum, { after = 0 }) => sum + after, 0) + expect.waits.reduce((sum, wait) => sum + wait, 0)
  const unsaid = steps.some(({ may_have_left, fail, before_sending }) => may_have_left === false || (fail === 'program_fault' && before_sending))
  return !only_value && !unsaid && seconds <= 4
}

function play({ answer, fail, hang, before_sending, unprocessed }) {
  if (hang) return new Promise(() => {})
  if (answer) return answer
  if (fail === 'body_too_large') return { status: 200, body: TOO_LARGE }
  if (fail === 'malformed') return { status: 0 }
  if (fail === 'program_fault') throw new TypeError('undefined is not a function')
  throw new TransportError('gone', { timedOut: fail === 'timeout', beforeSending: before_sending, unprocessed: camel(unprocessed) })
}

test('through the client', { concurrency: true }, async (t) => {
  const playable = cases.filter(isPlayable)
  assert.ok(playable.length >= 25, `${playable.length} scripts`)
  await Promise.all(
    playable.map(({ name, settings: given, steps, expect }) =>
      t.test(name, async () => {
        let count = 0
        const transport = async () => {
          const step = steps[count++]
          if (step.after > 0) await new Promise((resolve) => setTimeout(resolve, step.after * 1000))
          return play(step)
        }
        const began = performance.now()
        const end = await new Client({ ...settings(given), transport }).setTwoStepPin('1', PIN).catch((error) => error)
        compare(end, expect)
        assert.equal(count, expect.attempts)
        if (expect.takes) assert.ok(Math.abs(performance.now() - began - expect.takes * 1000) < 500)
      }),
    ),
  )
})
