// What the tests share. They run where the packed package is installed; VECTORS says where the shared vectors are.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after } from 'node:test'
import { inspect } from 'node:util'

import { Client, TwoStepError } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'

export const TOKEN = 'EAAG_secret_token_123'
export const PIN = '735194'
export const ID = '106540352242922'

export const vectors = (name) => JSON.parse(readFileSync(join(process.env.VECTORS, `${name}.json`), 'utf8'))

// A sandbox turns it on, and most transports here stand in for Meta's own server. What turns it on is tested with it.
process.env.WHATSAPP_TWO_STEP_LOOPBACK_ONLY = '0'

/** A sandbox that lives as long as the test file. */
export async function sandboxed() {
  const sandbox = await startSandbox()
  after(() => sandbox.close())
  const client = (options) => new Client({ accessToken: TOKEN, baseUrl: sandbox.baseUrl, ...options })
  return { sandbox, client }
}

/** A client over a transport, without retries. */
export const via = (transport, options) => new Client({ accessToken: TOKEN, maxRetries: 0, transport, ...options })
export const SUCCESS = '{"success":true}'

/** The sandbox's scenarios by name. */
export async function scenarios(sandbox) {
  const list = await (await fetch(`${sandbox.baseUrl}/_sandbox/scenarios`)).json()
  return Object.fromEntries(list.map((scenario) => [scenario.name, scenario]))
}

/** The error that a call rejects with. */
export async function failure(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  assert.fail('it worked')
}

/** What a user may see of a value: all of it. */
export function shown(value) {
  const texts = [String(value), JSON.stringify(value), inspect(value, { depth: 12, showHidden: true }), inspect(value)]
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.stack, error.message, JSON.stringify(error), JSON.stringify(error, Object.getOwnPropertyNames(error)))
  }
  return texts.join('\n')
}

export function assertHidden(value, ...secrets) {
  const text = shown(value)
  for (const [number, secret] of secrets.entries()) assert.ok(!text.includes(secret), `secret ${number} shows`)
}

export function assertRefused(error, kind, words) {
  assert.ok(error instanceof TwoStepError, inspect(error))
  assert.deepEqual([error.kind, error.outcome, error.attempts], [kind, 'not_sent', 0])
  for (const word of words) assert.ok(error.message.includes(word), `${word} in ${error.message}`)
}

/** Options of a test that needs something: without it the test is skipped, and under CI it has failed. */
export function unless(has, why) {
  assert.ok(has || !process.env.CI, `not run: ${why}`)
  return { skip: has ? false : `not run: ${why}` }
}

/** A port where nothing listens. */
export async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function eventually(isSo) {
  for (let tries = 0; tries < 500; tries++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came to be so')
}
