// The sandbox as a user's own tests have it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { Client } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'
import { assertRefused, failure, ID, PIN, TOKEN } from './support.mjs'

test('a port that is none, and one that is taken', async () => {
  for (const port of ['8080', -1, 1.5, NaN, 70_000, null, {}]) {
    assertRefused(await failure(startSandbox({ port })), 'invalid_configuration', ['port must be a whole number from 0 to 65535'])
  }
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  const error = await failure(startSandbox({ port }))
  assert.deepEqual([error.code, error.message], ['EADDRINUSE', `the sandbox can't listen on 127.0.0.1:${port}: another program listens there`])
  server.close()
})

test('a fleet of numbers, spread over accounts', async () => {
  const sandbox = await startSandbox({ numbers: 250, wabas: 2 })
  const client = new Client({ accessToken: TOKEN, baseUrl: sandbox.baseUrl })
  const ids = new Set()
  for (const waba of ['930000000000001', '930000000000002']) {
    const before = ids.size
    for await (const { id } of client.phoneNumbers(waba)) ids.add(id)
    assert.equal(ids.size - before, 125)
  }
  sandbox.close()
  for (const [name, value] of [['numbers', -1], ['numbers', '5'], ['wabas', 1.5], ['wabas', NaN], ['numbers', 1e9]]) {
    assertRefused(await failure(startSandbox({ [name]: value })), 'invalid_configuration', [`${name} must be a whole number from 0 to 1000000`])
  }
})

test('reset makes it as new, and the connections stay', async () => {
  const sandbox = await startSandbox()
  const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
  await client.setTwoStepPin('106540352242922', '012345')
  sandbox.reset()
  assert.deepEqual([sandbox.pin('106540352242922'), sandbox.requests(), sandbox.stats().requests], [undefined, [], 0])
  await client.setTwoStepPin('106540352242922', '543210')
  assert.equal(sandbox.pin('106540352242922'), '543210')
  sandbox.close()
})

test('what it recorded stays after its end', async () => {
  const sandbox = await startSandbox()
  const client = new Client({ accessToken: TOKEN, baseUrl: sandbox.baseUrl, maxRetries: 0 })
  await client.setTwoStepPin(ID, PIN)
  assertRefused(await failure((async () => sandbox.pin(7))()), 'invalid_configuration', ['phoneNumberId must be a string'])
  sandbox[Symbol.dispose]()
  sandbox.close()
  assert.deepEqual([sandbox.requests().length, sandbox.stats().requests, sandbox.pin(ID), sandbox.pin('1')], [1, 1, PIN, undefined])
  assert.equal((await failure(client.setTwoStepPin(ID, PIN))).reason, 'refused')
})

const program = (start) => `
  const { Client, TwoStepError } = require('whatsapp-two-step')
  const { startSandbox } = require('whatsapp-two-step/testing')
  const transport = () => ({ status: 200, body: '{"success":true}' })
  const far = { accessToken: 'EAAG', baseUrl: 'https://graph.invalid' }
  const early = [new Client(far), new Client({ ...far, transport })]
  ${start}.then(async () => {
    const ends = []
    for (const client of early) ends.push(await client.setTwoStepPin('1', '${PIN}', { timeoutMs: 1 }).catch((error) => error.message))
    try { new Client(far) } catch (error) { ends.push(error.message) }
    ends.push((await startSandbox()).baseUrl.slice(0, 16))
    say(ends)
  })`
const REFUSED = 'Invalid configuration: baseUrl must be a loopback host, such as http://127.0.0.1, while WHATSAPP_TWO_STEP_LOOPBACK_ONLY is set.'

test('a sandbox keeps the program on this machine, also in a worker, and clients made before it', async () => {
  const { WHATSAPP_TWO_STEP_LOOPBACK_ONLY, ...env } = process.env
  const inProcess = async (env) => JSON.parse((await promisify(execFile)(process.execPath, ['-e', `const say = (ends) => console.log(JSON.stringify(ends)); ${program('startSandbox()')}`], { cwd: new URL('.', import.meta.url), env })).stdout)
  assert.deepEqual(await inProcess(env), [REFUSED, REFUSED, REFUSED, 'http://127.0.0.1'])
  const off = await inProcess({ ...env, WHATSAPP_TWO_STEP_LOOPBACK_ONLY: '0' })
  assert.equal(off[1].attempts, 1)
  const worker = new Worker(`const say = (ends) => require('node:worker_threads').parentPort.postMessage(ends); ${program('startSandbox()')}`, { eval: true, env })
  assert.deepEqual(await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)), [REFUSED, REFUSED, REFUSED, 'http://127.0.0.1'])
})
