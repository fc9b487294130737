// Rotation: the shared scripts on the native value, and whole runs over vaults, transports and the sandbox.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { inspect } from 'node:util'

import { Client, Entry, generateVaultKey, MemoryVault, PostgresVault, Rotator, Secret, SqliteVault, TwoStepError, VaultError } from 'whatsapp-two-step'
import { tell } from './scripts.mjs'
import { assertHidden, failure, ID, PIN, sandboxed, shown, SUCCESS, TOKEN, vectors, via } from './support.mjs'

// Past the package's names: no user has it.
const inner = (file) => createRequire(import.meta.url)(`../node_modules/whatsapp-two-step/dist/${file}.cjs`)
const { native } = inner('native')
const { cases } = vectors('rotations')
const LOSES_ITS_ANSWER = '914010000000000'
const ok = () => ({ status: 200, body: SUCCESS })

test('the scripts on the native value', () => {
  for (const script of cases) play(script)
  assert.ok(cases.length > 30)
})

function play({ name, wish, settings = {}, steps, expect }) {
  const { timeout = 30, quiet_margin: margin = 60 } = settings
  const marginMs = native.quietMarginMs({ quietMarginMs: margin * 1000 })
  if (margin < 1) {
    assert.deepEqual([marginMs.kind, marginMs.outcome], [expect.call_error, expect.outcome])
    return assert.match(marginMs.message, /quietMarginMs/)
  }
  const client = native.createClient({ accessToken: TOKEN, transport: () => {}, timeoutMs: timeout * 1000 }, {}, false)
  const rotation = client.beginRotation(ID, marginMs, undefined, wish === 'rotate')
  const drawn = {}
  const named = (fields) => Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, drawn[value] ?? value]))
  for (const told of steps) {
    const step = rotation.next()
    rotation.setWall(told.at * 1000)
    if (step.kind === 'load') load(rotation, told, named)
    else if (step.kind === 'save') save(rotation, told, step, named, drawn, name)
    else call(rotation, told, step, client, name)
  }
  const { kind, rotation: done, failure: call_, vaultFailure } = rotation.next()
  if (kind === 'done') {
    const { phoneNumberId, rotatedAtMs, traceId, ...rest } = done ?? {}
    const fields = done ? { ...rest, rotated_at: rotatedAtMs / 1000, trace_id: traceId } : { nothing: true }
    return assert.deepEqual({ ok: true, ...fields }, expect, name)
  }
  const wait = vaultFailure?.retryAfterMs === undefined ? {} : { retry_after: vaultFailure.retryAfterMs / 1000 }
  const end = call_
    ? { call_error: call_.kind, outcome: call_.outcome, vault_state: call_.vaultState }
    : { vault_error: vaultFailure.kind, vault_state: vaultFailure.vaultState, ...wait }
  assert.deepEqual(end, expect, name)
}

function load(rotation, { load: stored, fails }, named) {
  if (fails) rotation.failed(fails, 'It failed.')
  else if (!stored) rotation.loadedNothing()
  else rotation.loaded(native.parseEntry(JSON.stringify({ form: 1, ...named(stored.entry) })), stored.version)
}

function save(rotation, { save: due, expected, fails, version }, step, named, drawn, name) {
  const { form, ...saved } = JSON.parse(step.entry.serialize())
  if (due.pending?.startsWith('drawn')) {
    assert.notEqual(saved.pending, saved.current)
    drawn[due.pending] ??= saved.pending
  }
  assert.deepEqual([saved, step.expected ?? null], [named(due), expected], name)
  if (fails) rotation.failed(fails, 'It failed.')
  else rotation.saved(version)
}

function call(rotation, { timeout, window = [], meets, at }, step, client, name) {
  assert.ok(Math.abs(step.timeoutMs - timeout * 1000) < 1e-6, name)
  const it = new native.HostCall()
  let asks = it.begin(client, step.operation, 0, false)
  for (const look of window.filter(({ open }) => open)) {
    // One that was closed is known by the call.
    rotation.setWall(look.at * 1000)
    assert.equal(it.maySend(), true, name)
  }
  rotation.setWall(at * 1000)
  for (const event of meets) {
    if (asks.waitMs !== undefined) asks = it.waited(0)
    assert.ok(asks.request, name)
    if (!event.withheld) {
      asks = tell(it, 0, event)
      continue
    }
    rotation.setWall(1e12)
    assert.equal(it.maySend(), false, name)
    rotation.setWall(at * 1000)
    asks = it.expired(0, false)
  }
  assert.deepEqual([...asks.success], [], name)
}

const folder = () => mkdtempSync(join(tmpdir(), 'vault-'))

async function sqlite(path = join(folder(), 'pins.db')) {
  const vault = new SqliteVault(path, generateVaultKey())
  await vault.init()
  return vault
}

/** A vault of one's own: async, with texts. */
class OwnVault {
  rows = new Map()
  saves = 0
  async load(id) {
    await sleep(1)
    const row = this.rows.get(id)
    return row && { entry: Entry.parse(row.text), version: row.version }
  }
  async save(id, entry, expected) {
    await sleep(1)
    if (this.rows.get(id)?.version !== expected) throw new VaultError('conflict')
    const version = `"${++this.saves}"`
    this.rows.set(id, { text: entry.serialize(), version })
    return version
  }
}

const exposed = async (rotator, id) => (await rotator.mayHold(id)).map((pin) => pin.expose())

for (const [kind, open] of Object.entries({ memory: () => new MemoryVault(), sqlite, own: () => new OwnVault() })) {
  for (const [way, through] of Object.entries({ 'built in': {}, 'a transport': { transport: (request) => fetch(request.url, request) } })) {
    test(`a lost answer is settled: ${kind}, ${way}`, async () => {
      const { sandbox, client } = await sandboxed()
      const rotator = new Rotator(client({ maxRetries: 0, timeoutMs: 2_000, ...through }), await open())
      const error = await failure(rotator.rotate(LOSES_ITS_ANSWER))
      assert.ok(error instanceof TwoStepError)
      assert.deepEqual([error.outcome, error.vaultState], ['unknown', 'unsettled'])
      assert.match(error.message, /two PINs/)
      assert.match(error.stack, /rotation\.test/)
      assert.equal(TwoStepError.fromJSON(error.toJSON()).vaultState, 'unsettled')
      const held = await exposed(rotator, LOSES_ITS_ANSWER)
      assert.deepEqual(held, [sandbox.pin(LOSES_ITS_ANSWER)])
      assertHidden(error, ...held)
      const again = await failure(rotator.settle(LOSES_ITS_ANSWER))
      assert.deepEqual([again.outcome, await exposed(rotator, LOSES_ITS_ANSWER)], ['unknown', held])
      const first = await rotator.rotate(ID)
      assert.deepEqual([first.phoneNumberId, first.resumed, first.attempts], [ID, false, 1])
      assert.ok(first.rotatedAt instanceof Date && Math.abs(first.rotatedAt - Date.now()) < 3_000)
      assert.deepEqual(await exposed(rotator, ID), [sandbox.pin(ID)])
      // Its first PIN was confirmed by one attempt, so it needn't wait.
      assert.equal((await rotator.rotate(ID)).resumed, false)
      assert.equal(await rotator.settle(ID), undefined)
      assert.deepEqual(await exposed(rotator, '1'), [])
    })
  }
}

test('a pending PIN is settled with the same PIN', async () => {
  const { sandbox, client } = await sandboxed()
  const vault = new MemoryVault()
  const lost = via(() => Promise.reject(new Error('gone')))
  assert.equal((await failure(new Rotator(lost, vault).rotate(ID))).vaultState, 'unsettled')
  const rotator = new Rotator(client(), vault)
  const [pending] = await exposed(rotator, ID)
  const { resumed } = await rotator.settle(ID)
  assert.deepEqual([resumed, sandbox.pin(ID), await exposed(rotator, ID)], [true, pending, [pending]])
  const busy = await failure(rotator.rotate(ID))
  assert.ok(busy instanceof VaultError)
  assert.deepEqual([busy.kind, busy.vaultState], ['busy', 'settled'])
  assert.ok(busy.retryAfterMs > 60_000 && busy.retryAfterMs <= 91_000)
  assert.deepEqual(JSON.parse(JSON.stringify(busy)).retryAfterMs, busy.retryAfterMs)
})

test('a refused token leaves the vault settled', async () => {
  const { sandbox } = await sandboxed()
  const error = await failure(new Rotator(new Client({ accessToken: 'EAAsandboxExpired', baseUrl: sandbox.baseUrl }), new MemoryVault()).rotate(ID))
  assert.deepEqual([error.kind, error.vaultState], ['authentication', 'settled'])
})

test('several at once lose nothing', async () => {
  const { sandbox, client } = await sandboxed()
  const vault = await sqlite()
  const rotator = new Rotator(client({ maxRetries: 0 }), vault, { quietMarginMs: 1_000 })
  const ends = []
  const work = async () => {
    for (let times = 0; times < 5; times++) ends.push(await rotator.rotate(ID).then(() => 'ok', (error) => error.kind))
  }
  await Promise.all([work(), work(), work(), work()])
  assert.ok(ends.includes('ok') && ends.every((end) => ['ok', 'conflict', 'busy'].includes(end)), inspect(ends))
  assert.ok((await exposed(rotator, ID)).includes(sandbox.pin(ID)))
  assert.deepEqual(await vault.ids(), [ID])
})

test('a slow vault: no request is handed to a transport', async () => {
  class Slow extends MemoryVault {
    async save(...given) {
      const version = super.save(...given)
      await sleep(150)
      return version
    }
  }
  let sent = 0
  const error = await failure(new Rotator(via(() => (sent++, ok()), { timeoutMs: 100 }), new Slow()).rotate(ID))
  assert.match(error.message, /longer to save than the whole call may/)
  assert.ok(['settled', 'unsettled'].includes(error.vaultState))
  assert.equal(sent, 0)
})

test('a program that was frozen since the save sends nothing', async () => {
  const { sandbox } = await sandboxed()
  const { inside, run } = inner('run')
  for (const transport of [undefined, (request) => fetch(request.url, request)]) {
    const client = native.createClient({ accessToken: TOKEN, baseUrl: sandbox.baseUrl, transport }, {}, false)
    const rotation = client.beginRotation(ID, 1_000, undefined, true)
    rotation.setWall(1e9)
    rotation.loadedNothing()
    rotation.saved('1')
    const { operation } = rotation.next()
    rotation.setWall(1e9 + 60_000)
    await run(inside(client, transport), operation, {}, undefined)
    const { kind, expected } = rotation.next()
    assert.deepEqual([kind, expected], ['save', '1'], 'it claims the number anew')
  }
  assert.equal(sandbox.stats().requests, 0)
})

test('what a vault throws is the cause, unless a PIN shows in it', async () => {
  const seen = []
  const throwing = (make) => ({ load: () => undefined, save: (_, entry) => { seen.push(JSON.parse(entry.serialize()).pending); throw make(entry) } })
  const thrown = new Error('no space left')
  const plain = await failure(new Rotator(via(ok), throwing(() => thrown)).rotate(ID))
  assert.ok(plain instanceof VaultError)
  assert.deepEqual([plain.kind, plain.vaultState, plain.cause], ['unreachable', 'unsettled', thrown])
  const leaks = [
    (entry) => new Error(entry.serialize()),
    (entry) => Object.assign(new Error('failed'), { query: { values: [Buffer.from(entry.serialize())] } }),
    (entry) => new VaultError('unreachable', entry.serialize()),
    (entry) => new Error('failed', { cause: [new Map([['row', entry.serialize()]])] }),
    (entry) => entry.serialize(),
  ]
  for (const leak of leaks) {
    const error = await failure(new Rotator(via(ok), throwing(leak)).rotate(ID))
    assert.deepEqual([error.kind, 'cause' in error], ['unreachable', false])
    assertHidden(error, seen.at(-1))
  }
  const own = await failure(new Rotator(via(ok), throwing(() => new VaultError('unreadable', 'A wrong key.', { cause: thrown }))).rotate(ID))
  assert.deepEqual([own.kind, own.cause], ['unreadable', thrown])
  assert.match(own.message, /^A wrong key\. /)
})

test('what load throws, and what is of an odd make, shows no PIN either', async () => {
  const row = '{"form":1,"current":"735194"}'
  const leaks = [new Error(`bad row: ${row}`), new VaultError('unreadable', row), Object.assign(new VaultError('conflict', row), { kind: 5 }), row, { row }]
  for (const leak of leaks) {
    const error = await failure(new Rotator(via(ok), { load: () => Promise.reject(leak), save: () => 1 }).rotate(ID))
    assert.ok(error instanceof VaultError)
    assert.deepEqual([error.vaultState, 'cause' in error], ['untouched', false])
    assert.match(error.message, /^The vault failed\. /)
    assertHidden(error, '735194')
  }
})

test('what a transport threw is the cause', async () => {
  const boom = new Error('boom')
  const error = await failure(new Rotator(via(() => Promise.reject(boom)), new MemoryVault()).rotate(ID))
  assert.deepEqual([error.kind, error.vaultState, error.cause], ['connection_failed', 'unsettled', boom])
})

test('vaults that answer with something else', async () => {
  const odd = { load: () => undefined, save: () => undefined }
  assert.match((await failure(new Rotator(via(ok), odd).rotate(ID))).message, /TypeError/)
  const rows = { load: () => ({ entry: { form: 1 }, version: 1 }), save: () => 1 }
  assert.match((await failure(new Rotator(via(ok), rows).rotate(ID))).cause.message, /must be an Entry/)
})

test('a signal stops it at once, in the vault and in the call', async () => {
  const never = new Promise(() => {})
  let isClosed = false
  const hanging = via(({ signal }) => new Promise(() => signal.addEventListener('abort', () => (isClosed = true))))
  const vault = new MemoryVault()
  for (const rotator of [new Rotator(via(ok), { load: () => never, save: () => never }), new Rotator(hanging, vault)]) {
    const stop = new AbortController()
    setTimeout(() => stop.abort('enough'), 30)
    const began = performance.now()
    assert.equal(await failure(rotator.rotate(ID, { signal: stop.signal })), 'enough')
    assert.ok(performance.now() - began < 80 + 50)
  }
  assert.ok(isClosed)
  assert.equal(vault.load(ID).entry.isSettled, false)
  const aborted = AbortSignal.abort('before')
  assert.equal(await failure(new Rotator(via(ok), vault).rotate(ID, { signal: aborted })), 'before')
})

test('the vault and the transport run in the context of the caller', async () => {
  const context = new AsyncLocalStorage()
  const seen = []
  const vault = new (class extends OwnVault {
    load(id) {
      seen.push(context.getStore())
      return super.load(id)
    }
  })()
  await context.run('mine', () => new Rotator(via(() => (seen.push(context.getStore()), ok())), vault).rotate(ID))
  assert.deepEqual(seen, ['mine', 'mine'])
})

test('bad settings', async () => {
  for (const quietMarginMs of [0, 500, '1', 1e9]) {
    assert.throws(() => new Rotator(via(ok), new MemoryVault(), { quietMarginMs }), /quietMarginMs/)
  }
  assert.throws(() => new Rotator(via(ok), new MemoryVault(), { quietMargin: 60 }), /quietMarginMs/)
  assert.throws(() => new Rotator({}, new MemoryVault()), /client/)
  const rotator = new Rotator(via(ok), new MemoryVault())
  assert.match((await failure(rotator.rotate('+1 555'))).message, /phone number ID/)
  assert.match((await failure(rotator.rotate(ID, { timeoutMs: 1 }))).message, /client's/)
  const client = via(ok)
  client.close()
  assert.match((await failure(new Rotator(client, new MemoryVault()).rotate(ID))).message, /closed/)
})

test('a client that is closed before the call leaves the vault settled', async () => {
  const { client } = await sandboxed()
  for (const closing of [via(ok), client()]) {
    class Closes extends MemoryVault {
      save(...given) {
        closing.close()
        return super.save(...given)
      }
    }
    const error = await failure(new Rotator(closing, new Closes()).rotate(ID))
    assert.deepEqual([error.kind, error.vaultState], ['invalid_configuration', 'settled'])
  }
})

test('keys and files', async () => {
  const path = join(folder(), 'pins.db')
  const vault = await sqlite(path)
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
  const entry = Entry.parse(`{"form":1,"current":"${PIN}","rotated_at":1000}`)
  const version = await vault.save(ID, entry, undefined)
  assert.equal((await failure(vault.save(ID, entry, undefined))).kind, 'conflict')
  const unreadable = await failure(new SqliteVault(path, generateVaultKey()).load(ID))
  assert.ok(unreadable instanceof VaultError && unreadable.stack.includes('rotation.test'))
  assert.equal(unreadable.kind, 'unreadable')
  assert.notEqual(await vault.save(ID, entry, version), version)
  const stored = await vault.load(ID)
  assert.deepEqual([stored.entry.serialize(), stored.entry.rotatedAt], [entry.serialize(), new Date(1_000_000)])
  for (const make of [() => new SqliteVault(path, PIN), () => new PostgresVault('postgres://u:735194@h/d', PIN)]) {
    assert.throws(make, (error) => /vaultKey/.test(error.message) && !shown(error).includes(PIN))
  }
  assert.throws(() => new SqliteVault(7, generateVaultKey()), /path/)
  for (const url of ['sqlite:x', 'exec:/bin/false', 'host=db']) assert.throws(() => new PostgresVault(url, generateVaultKey()), /PostgreSQL/)
  assert.match((await failure(vault.load('x'))).message, /phone number ID/)
  assert.ok(!readFileSync(path, 'latin1').includes(PIN))
})

test('workers may end with a save under way, and the file stays whole', async () => {
  const path = join(folder(), 'pins.db')
  const vault = await sqlite(path)
  const key = generateVaultKey()
  const code = `
    const { Client, Rotator, SqliteVault } = require('whatsapp-two-step')
    const vault = new SqliteVault(${JSON.stringify(path)}, '${key}')
    const client = new Client({ accessToken: 'EAAG', maxRetries: 0, transport: () => ({ status: 200, body: '${SUCCESS}' }) })
    require('node:worker_threads').parentPort.postMessage('up')
    void (async () => { for (let id = 1; ; id++) await new Rotator(client, vault).rotate(String(id)) })()`
  for (let times = 0; times < 10; times++) {
    const worker = new Worker(code, { eval: true })
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await sleep(10 * times)
    await worker.terminate()
  }
  const ids = await vault.ids()
  assert.ok(ids.length > 0)
  const again = new SqliteVault(path, key)
  for (const id of ids) assert.ok((await again.load(id)).entry.mayHold().length > 0)
})

test('nothing prints a PIN', async () => {
  const memory = new MemoryVault()
  const entry = Entry.parse(`{"form":1,"pending":"${PIN}"}`)
  memory.save(ID, entry, undefined)
  const secret = new Secret(PIN)
  for (const thing of [entry, memory, secret, entry.mayHold(), { entry }, new Rotator(via(ok), memory), await memory.load(ID)]) {
    assertHidden(thing, PIN)
    assert.ok(!`${thing}${inspect(structuredClone(thing), { depth: 12 })}`.includes(PIN))
  }
  assert.equal(secret.expose(), PIN)
  for (const text of [`{"form":1,"current":"${PIN}x"}`, `{"form":2,"held":"${PIN}"}`, PIN, 7, undefined]) {
    assert.throws(() => Entry.parse(text), (error) => error.kind === 'unreadable' && !shown(error).includes(PIN))
  }
})
