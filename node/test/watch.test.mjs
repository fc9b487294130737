// Being watched: the diagnostics channel and NODE_DEBUG.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { fetchTransport } from 'whatsapp-two-step'
import { assertHidden, failure, ID, PIN, sandboxed, scenarios, TOKEN } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

/** The ends of the attempts while this runs, in the caller's context. With their waits, they take no longer than the whole. */
async function watched(run) {
  const storage = new AsyncLocalStorage()
  const seen = []
  const see = (end) => seen.push([end, storage.getStore()])
  subscribe('whatsapp-two-step:attempt', see)
  const began = performance.now()
  try {
    await storage.run('the caller', run)
  } finally {
    unsubscribe('whatsapp-two-step:attempt', see)
  }
  const whole = performance.now() - began
  assert.ok(seen.every(([, store]) => store === 'the caller'))
  const ends = seen.map(([end]) => end)
  // A timer may ring a millisecond early.
  const sum = ends.reduce((sum, { tookMs, waitMs = 0 }) => sum + tookMs + Math.max(0, waitMs - 2), 0)
  assert.ok(ends.every(({ tookMs }) => tookMs > 0) && sum <= whole, `${sum} of ${whole} ms`)
  // The digits of a time may be those of the PIN, by chance.
  assertHidden(ends.map((end) => ({ ...end, tookMs: 0, waitMs: 0 })), TOKEN, PIN)
  return ends
}

for (const [way, options] of Object.entries({ 'built in': {}, 'a transport': { transport: fetchTransport(fetch) } })) {
  test(`${way}: each attempt's end`, async () => {
    const id = table['fails-twice'].id.replace(/0$/, way === 'built in' ? '3' : '4')
    const it = client(options) // made outside of the context that its calls run in
    const ends = await watched(() => it.setTwoStepPin(id, PIN))
    assert.deepEqual(ends.map(({ number, kind, outcome, httpStatus }) => [number, kind, outcome, httpStatus]), [
      [1, 'service_unavailable', 'unknown', 503], [2, 'service_unavailable', 'unknown', 503], [3, undefined, undefined, 200],
    ])
    assert.ok(ends[0].waitMs <= 500 && ends[1].waitMs <= 1_000 && !('waitMs' in ends[2]))
    assert.match(ends[2].traceId, /^A/)
    const [limited] = await watched(() => failure(client({ ...options, maxRetries: 0 }).setTwoStepPin(table['429-1-hour'].id, PIN)))
    assert.deepEqual([limited.kind, limited.outcome, limited.httpStatus], ['rate_limited', 'rejected', 429])
    // Whatever the server repeats.
    const once = client({ ...options, maxRetries: 0 })
    const echoes = Object.values(table).filter(({ name }) => name.startsWith('echo'))
    for (const { id } of echoes) assert.equal((await watched(() => failure(once.setTwoStepPin(id, PIN)))).length, 1)
    assert.ok(echoes.length >= 3, `${echoes.length} echoes`)
    // What is wrong before any attempt is no attempt's end.
    assert.deepEqual(await watched(() => failure(client(options).setTwoStepPin(ID, '1'))), [])
  })
}

test('NODE_DEBUG', async () => {
  const program = `
    import { Client } from 'whatsapp-two-step'
    const client = new Client({ accessToken: '${TOKEN}', baseUrl: '${sandbox.baseUrl}', maxRetries: 0 })
    await client.setTwoStepPin('${ID}', '${PIN}')
    await client.setTwoStepPin('${table['html-502'].id}', '${PIN}').catch(() => {})`
  const run = async (env) => {
    const flags = ['--input-type=module', '--eval', program]
    return (await promisify(execFile)(process.execPath, flags, { cwd: new URL('.', import.meta.url), env: { ...process.env, ...env } })).stderr
  }
  const shown = await run({ NODE_DEBUG: 'whatsapp-two-step' })
  assert.match(shown, /WHATSAPP-TWO-STEP \d+: attempt 1: success, HTTP 200, trace id A.*, took \d+ ms\n/)
  assert.match(shown, /attempt 1: service_unavailable, outcome unknown, HTTP 502/)
  assertHidden(shown, TOKEN, PIN)
  assert.equal(await run({ NODE_DEBUG: '' }), '')
})
