// Manners towards the process: what holds it, what ends it, worker threads.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { eventually, ID, PIN, sandboxed, scenarios } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)
const START = `
  import { Client } from 'whatsapp-two-step'
  const client = new Client({ accessToken: 'EAAG_test', baseUrl: '${sandbox.baseUrl}', maxRetries: 0 })
  const set = (id = '${ID}', options) => client.setTwoStepPin(id, '${PIN}', options)
`
const cwd = new URL('.', import.meta.url)
const script = (code) => ['--input-type=module', '--eval', START + code]
// Without what node --test tells its children.
const { NODE_TEST_CONTEXT, ...env } = process.env
const run = (code, ...flags) => promisify(execFile)(process.execPath, [...flags, ...script(code)], { cwd, env, timeout: 60_000 })

test('an idle client lets the process end', async () => {
  const start = performance.now()
  await run(`await set(); await set(); console.log('done')`)
  await run('')
  assert.ok(performance.now() - start < 10_000)
})

test('a pending call holds the process', async () => {
  const { stdout } = await run(`set('${table['slow-success'].id}').then(() => console.log('done'))`)
  assert.equal(stdout, 'done\n')
})

test('a pending call holds the process for a transport, too', async () => {
  const { stdout } = await run(`
    const transport = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); return { status: 503 } }
    const other = new Client({ accessToken: 'EAAG_test', transport, maxRetries: 1 })
    other.setTwoStepPin('1', '${PIN}').catch((error) => console.log(error.kind, error.attempts))
  `)
  assert.equal(stdout, 'service_unavailable 2\n')
})

test('a call over a transport holds the process exactly as long as it runs', async () => {
  // The transport itself holds nothing: the call does, until its deadline, and not beyond its abort.
  const silent = `const other = new Client({ accessToken: 'EAAG_test', transport: () => new Promise(() => {}), timeoutMs: LIMIT })
    const start = performance.now()
    process.on('exit', () => console.log(Math.round(performance.now() - start)))`
  const { stdout } = await run(`${silent.replace('LIMIT', 600)}; other.setTwoStepPin('1', '${PIN}').catch((error) => console.log(error.kind))`)
  const [kind, lasted] = stdout.trim().split('\n')
  assert.equal(kind, 'timed_out')
  assert.ok(lasted >= 590 && lasted < 2_000, lasted)
  const aborted = await run(`${silent.replace('LIMIT', 20_000)}
    const controller = new AbortController()
    other.setTwoStepPin('1', '${PIN}', { signal: controller.signal }).catch((error) => console.log(error.name))
    setTimeout(() => controller.abort(), 100)`)
  assert.match(aborted.stdout, /^AbortError\n\d{3,4}\n$/)
})

test('an aborted call lets the process end', async () => {
  const start = performance.now()
  const { stdout } = await run(`set('${table.hang.id}', { signal: AbortSignal.timeout(100) }).catch((error) => console.log(error.name))
    setTimeout(() => {}, 200)`)
  assert.equal(stdout, 'TimeoutError\n')
  assert.ok(performance.now() - start < 10_000)
})

test('process.exit with calls under way', async () => {
  const ends = Array.from({ length: 12 }, async (_, n) => {
    const calls = `for (let n = 0; n < 20; n++) set(n % 2 ? '${table.hang.id}' : '${ID}').catch(() => {});`
    const { stderr } = await run(`${calls} setTimeout(() => process.exit(0), ${n * 4})`)
    assert.equal(stderr, '')
  })
  await Promise.all(ends)
})

test('SIGTERM with calls under way', async () => {
  const before = sandbox.stats()
  const child = spawn(process.execPath, script(`set('${table.hang.id}')`), { cwd, stdio: 'ignore' })
  await eventually(() => sandbox.stats().requests > before.requests)
  child.kill('SIGTERM')
  const [code, signal] = await new Promise((resolve) => child.on('exit', (...end) => resolve(end)))
  assert.deepEqual([code, signal], [null, 'SIGTERM'])
  await eventually(() => sandbox.stats().aborted > before.aborted)
})

test('an unhandled failure ends the process with a stack that names the line', async () => {
  const error = await run(`await set('x')`).catch((error) => error)
  assert.equal(error.code, 1)
  assert.match(error.stderr, /InvalidPhoneNumberIdError: .*\n\s+at .*\n/)
  assert.match(error.stderr, /hint: /)
})

test('the permission model', async () => {
  const model = ['--permission', '--experimental-permission'].find((flag) => process.allowedNodeEnvironmentFlags.has(flag))
  const flags = [model, '--allow-fs-read=*', '--allow-addons']
  const { stdout } = await run(`console.log((await set()).attempts)`, ...flags)
  assert.equal(stdout, '1\n')
  const refused = await run('', ...flags.slice(0, 2)).catch((error) => error)
  assert.match(refused.stderr, /--allow-addons/)
})

test('node --test reports no leaked handle', async () => {
  const { stdout } = await run(`
    import { test } from 'node:test'
    test('one', async () => { await set() })
    process.on('exit', () => console.log(process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq/.test(name)).join() || 'no handle'))
  `, '--test-reporter=tap')
  assert.match(stdout, /# pass 1/)
  assert.match(stdout, /\nno handle\n$/)
})

const worker = (code) => new Worker(START.replace('import { Client } from', 'const { Client } = require(').replace("'whatsapp-two-step'", "'whatsapp-two-step')") + code, { eval: true })
const ended = (thread) => new Promise((resolve, reject) => thread.once('exit', resolve).once('error', reject))

test('workers terminated with calls over a transport under way', async () => {
  const before = sandbox.stats()
  const over = `const { fetchTransport } = require('whatsapp-two-step')
    const over = new Client({ accessToken: 'EAAG_test', baseUrl: '${sandbox.baseUrl}', transport: fetchTransport(fetch) })
    for (let n = 0; n < 5; n++) over.setTwoStepPin('${table.hang.id}', '${PIN}').catch(() => {})`
  const threads = Array.from({ length: 4 }, () => worker(over))
  await eventually(() => sandbox.stats().requests === before.requests + 20)
  await Promise.all(threads.map((thread) => thread.terminate()))
  await eventually(() => sandbox.stats().aborted === before.aborted + 20)
})

test('many workers at once', async () => {
  const ends = Array.from({ length: 8 }, async () => {
    const thread = worker(`Promise.all(Array.from({ length: 50 }, () => set())).then((all) => require('node:worker_threads').parentPort.postMessage(all.length))`)
    const message = new Promise((resolve) => thread.once('message', resolve))
    const end = ended(thread)
    assert.equal(await message, 50)
    assert.equal(await end, 0)
  })
  await Promise.all(ends)
})

test('workers terminated with calls under way close their requests', async () => {
  const before = sandbox.stats()
  const threads = Array.from({ length: 6 }, () => worker(`for (let n = 0; n < 5; n++) set('${table.hang.id}').catch(() => {})`))
  await eventually(() => sandbox.stats().requests === before.requests + 30)
  await Promise.all(threads.map((thread) => thread.terminate()))
  await eventually(() => sandbox.stats().aborted === before.aborted + 30)
  // At any moment, with answers on their way.
  for (let round = 0; round < 10; round++) {
    const busy = worker(`(async () => { for (;;) await Promise.all(Array.from({ length: 20 }, () => set())) })()`)
    await new Promise((resolve) => setTimeout(resolve, 40 + round * 7))
    await busy.terminate()
  }
  await client().setTwoStepPin(ID, PIN)
})

test('a worker with an environment of its own', async () => {
  const code = `const { parentPort } = require('node:worker_threads')
    const { Client } = require('whatsapp-two-step')
    try { Client.fromEnv(); parentPort.postMessage('made') } catch (error) { parentPort.postMessage(error.message) }`
  const message = (env) => new Promise((resolve) => new Worker(code, { eval: true, env }).once('message', resolve))
  assert.equal(await message({ WHATSAPP_ACCESS_TOKEN: 'EAAG_test' }), 'made')
  assert.match(await message({}), /set WHATSAPP_ACCESS_TOKEN/)
})
