// Many rotations at once: over vaults of one's own and built-in ones, and the sandbox.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'

import { Client, Entry, generateVaultKey, MemoryVault, RotateAll, Rotator, SqliteVault, TwoStepError, VaultError } from 'whatsapp-two-step'
import { assertHidden, failure, sandboxed, TOKEN, via } from './support.mjs'

const NUMBERS = Array.from({ length: 300 }, (_, number) => String(106540352242922n + BigInt(number)))
const REJECTED = '901330050000000'
const ok = () => ({ status: 200, body: '{"success":true}' })

/** A table of texts, on a server. */
class OwnVault {
  rows = new Map()
  async load(id) {
    await sleep(0)
    const row = this.rows.get(id)
    return row && { entry: Entry.parse(row.text), version: row.version }
  }
  async save(id, entry, expected) {
    await sleep(0)
    if (this.rows.get(id)?.version !== expected) throw new VaultError('conflict')
    const version = (expected ?? 0) + 1
    this.rows.set(id, { text: entry.serialize(), version })
    return version
  }
}

async function sqlite() {
  const vault = new SqliteVault(join(mkdtempSync(join(tmpdir(), 'vault-')), 'pins.db'), generateVaultKey())
  await vault.init()
  return vault
}

const changes = async (sandbox) => (await fetch(`${sandbox.baseUrl}/_sandbox/pin_changes`)).json()

async function assertSettled(sandbox, vault, numbers) {
  for (const id of numbers) {
    const { entry } = await vault.load(id)
    assert.deepEqual([entry.isSettled, entry.mayHold().map((pin) => pin.expose())], [true, [sandbox.pin(id)]])
  }
}

async function all(ends, seen = () => {}) {
  const got = []
  for await (const end of ends) {
    got.push(end)
    if (await seen(end)) break
  }
  return got
}

for (const [kind, open] of Object.entries({ own: () => new OwnVault(), sqlite })) {
  test(`a fleet of which one number fails: ${kind}`, async () => {
    const { sandbox, client } = await sandboxed()
    const vault = await open()
    const rotator = new Rotator(client({ maxRetries: 0 }), vault)
    const numbers = [...NUMBERS.slice(0, 150), REJECTED, ...NUMBERS.slice(150)]
    const ends = rotator.rotateAll(numbers, { concurrency: 8 })
    assert.ok(ends instanceof RotateAll)
    let most = 0
    const got = await all(ends, () => {
      const { total, rotated, alone, failed, inFlight, left } = ends.progress()
      assert.deepEqual([total, rotated + alone + failed + inFlight + left], [301, 301])
      most = Math.max(most, inFlight)
    })
    assert.ok(most > 1 && most <= 8)
    assert.deepEqual(got.map(({ phoneNumberId }) => phoneNumberId).sort(), numbers.sort())
    const [failed, ...others] = got.filter(({ error }) => error)
    assert.ok(failed.error instanceof TwoStepError && others.length === 0)
    assert.deepEqual([failed.phoneNumberId, failed.error.kind, failed.error.vaultState], [REJECTED, 'pin_rejected', 'settled'])
    assert.match(failed.error.stack, /rotate_all\.test/)
    assert.ok(got.every((end) => end === failed || (end.rotation.phoneNumberId === end.phoneNumberId && end.rotation.rotatedAt instanceof Date)))
    const progress = { total: 301, rotated: 300, alone: 0, failed: 1, unsettled: 0, refused: 0, left: 0, inFlight: 0, holds: [] }
    assert.deepEqual(ends.progress(), progress)
    assert.equal(inspect(ends), 'RotateAll { 301 of 301 }')
    await assertSettled(sandbox, vault, NUMBERS)
    // Given the same time again, all that is settled is left alone, and nothing is sent.
    const { requests } = sandbox.stats()
    const again = rotator.rotateAll(new Set(NUMBERS), { since: ends.since })
    assert.ok((await all(again)).every((end) => !end.rotation && !end.error))
    assert.deepEqual([again.progress().alone, sandbox.stats().requests], [300, requests])
  })
}

test('a refused token ends it', async () => {
  const { sandbox } = await sandboxed()
  const client = new Client({ accessToken: 'EAAsandboxExpired', baseUrl: sandbox.baseUrl })
  const ends = new Rotator(client, new MemoryVault()).rotateAll(NUMBERS)
  assert.deepEqual((await all(ends)).map(({ error }) => error.kind), ['authentication'])
  const { stopped, failed, left } = ends.progress()
  assert.deepEqual([stopped, failed, left], ['token', 1, 299])
})

test('accounts with tokens of their own', async () => {
  const { sandbox, client } = await sandboxed()
  const accounts = [
    { numbers: NUMBERS.slice(0, 20), wabaId: '930000000000001' },
    { numbers: NUMBERS.slice(20, 40), wabaId: '930000000000002', accessToken: 'EAAsandboxExpired' },
    { numbers: NUMBERS.slice(40, 60), wabaId: '930000000000003', accessToken: 'EAAG_of_a_customer' },
    { numbers: NUMBERS.slice(60, 80), wabaId: '930000000000004', accessToken: 'EAAG_of_a_customer' },
  ]
  const ends = new Rotator(client(), new MemoryVault()).rotateAll(accounts)
  const got = await all(ends)
  const { rotated, failed, left, stopped } = ends.progress()
  assert.deepEqual([rotated, failed, left, stopped], [60, 1, 19, undefined])
  for (const { phoneNumberId, wabaId } of got) {
    assert.ok(accounts.find((account) => account.wabaId === wabaId).numbers.includes(phoneNumberId))
  }
  const token = (id) => sandbox.requests().find(({ path }) => path.includes(id)).headers.find(([name]) => name.toLowerCase() === 'authorization')[1]
  assert.deepEqual([token(NUMBERS[0]), token(NUMBERS[70])], [`Bearer ${TOKEN}`, 'Bearer EAAG_of_a_customer'])
  assertHidden({ ends, got }, 'EAAG_of_a_customer', 'EAAsandboxExpired')
})

test('leaving the loop begins no other number, and waits for those under way', async () => {
  const { sandbox, client } = await sandboxed()
  const vault = await sqlite()
  const rotator = new Rotator(client(), vault)
  const ends = rotator.rotateAll(NUMBERS)
  let number = 0
  await all(ends, () => ++number === 100)
  const { rotated, left, inFlight, failed, stopped } = ends.progress()
  assert.ok(rotated >= 100 && rotated < 150 && left === 300 - rotated)
  assert.deepEqual([inFlight, failed, stopped], [0, 0, 'asked'])
  await assertSettled(sandbox, vault, await vault.ids())
  assert.equal(Object.keys(await changes(sandbox)).length, rotated)
  assert.deepEqual(await all(ends), [], 'it can be gone through once')
  const again = rotator.rotateAll(NUMBERS, { since: ends.since })
  await all(again)
  assert.deepEqual([again.progress().alone, again.progress().rotated], [rotated, left])
  assert.deepEqual([...new Set(Object.values(await changes(sandbox)))], [1])
})

test('a stop gives those under way', async () => {
  const { client } = await sandboxed()
  const ends = new Rotator(client(), new MemoryVault()).rotateAll(NUMBERS)
  const got = await all(ends, () => void (ends.progress().rotated >= 20 && ends.stop()))
  const { rotated, inFlight, stopped } = ends.progress()
  assert.deepEqual([got.length, inFlight, stopped], [rotated, 0, 'asked'])
  assert.ok(rotated < 100)
})

test('await using', async () => {
  const { client } = await sandboxed()
  const ends = new Rotator(client(), new MemoryVault()).rotateAll(NUMBERS)
  const { value } = await ends[Symbol.asyncIterator]().next()
  assert.ok(value.rotation)
  await ends[Symbol.asyncDispose]()
  const { inFlight, stopped } = ends.progress()
  assert.deepEqual([inFlight, stopped], [0, 'asked'])
})

test('the canary, and max failures', async () => {
  const { client } = await sandboxed()
  const rotator = () => new Rotator(client(), new MemoryVault())
  const bad = Array.from({ length: 10 }, (_, number) => `90133005${String(number).padStart(7, '0')}`)
  const canary = rotator().rotateAll([...NUMBERS.slice(0, 2), REJECTED, ...NUMBERS.slice(2)], { canary: 3 })
  assert.equal((await all(canary)).length, 3)
  assert.deepEqual([canary.progress().stopped, canary.progress().left], ['canary', 298])
  const slow = Array.from({ length: 5 }, (_, number) => `91006000000000${number}`)
  const good = rotator().rotateAll([...slow, ...NUMBERS.slice(0, 50)], { canary: 5 })
  await all(good, () => {
    const { rotated, inFlight } = good.progress()
    assert.ok(rotated >= 5 || rotated + inFlight <= 5)
  })
  assert.deepEqual([good.progress().rotated, good.progress().stopped], [55, undefined])
  const failing = rotator().rotateAll([...bad, ...NUMBERS], { maxFailures: 3, concurrency: 1 })
  assert.equal((await all(failing)).length, 3)
  assert.deepEqual([failing.progress().stopped, failing.progress().failed], ['max_failures', 3])
})

test('two at once over one vault: each number changes once', async () => {
  const { sandbox, client } = await sandboxed()
  const [vault, since] = [await sqlite(), new Date()]
  const work = async (numbers) => {
    const ends = new Rotator(client(), vault, { quietMarginMs: 1_000 }).rotateAll(numbers, { since })
    await all(ends)
    return ends.progress()
  }
  const got = await Promise.all([work(NUMBERS), work([...NUMBERS].reverse())])
  assert.deepEqual([got[0].failed, got[1].failed, got[0].rotated + got[1].rotated, got[0].alone + got[1].alone], [0, 0, 300, 300])
  assert.ok(got.every(({ rotated }) => rotated > 10), 'both work')
  assert.deepEqual(await changes(sandbox), Object.fromEntries(NUMBERS.map((id) => [id, 1])))
  await assertSettled(sandbox, vault, NUMBERS)
})

test('a signal stops it at once', async () => {
  const { sandbox, client } = await sandboxed()
  const vault = new OwnVault()
  const stop = new AbortController()
  const hanging = ['910010000000000', '910010000000001']
  const ends = new Rotator(client(), vault).rotateAll([...NUMBERS.slice(0, 50), ...hanging], { signal: stop.signal })
  let began
  setTimeout(() => ((began = performance.now()), stop.abort('enough')), 500)
  assert.equal(await failure(all(ends)), 'enough')
  assert.ok(performance.now() - began < 200)
  const { rotated, inFlight, left, stopped } = ends.progress()
  assert.deepEqual([rotated, inFlight, left, stopped], [50, 0, 2, 'asked'])
  for (const id of hanging) assert.equal((await vault.load(id)).entry.isSettled, false)
  await assertSettled(sandbox, vault, NUMBERS.slice(0, 50))
  const aborted = new Rotator(client(), vault).rotateAll(NUMBERS, { signal: AbortSignal.abort('before') })
  assert.equal(await failure(all(aborted)), 'before')
  assert.equal(aborted.progress().left, 300)
})

test('a vault that is away is waited for', async () => {
  const { client } = await sandboxed()
  const until = performance.now() + 1_500
  class Away extends MemoryVault {
    load(id) {
      if (performance.now() < until) throw new Error('no route to host')
      return super.load(id)
    }
  }
  const ends = new Rotator(client(), new Away()).rotateAll(NUMBERS.slice(0, 20))
  const holds = []
  const look = setInterval(() => holds.push(...ends.progress().holds), 50)
  after(() => clearInterval(look))
  assert.equal((await all(ends)).filter(({ rotation }) => rotation).length, 20)
  clearInterval(look)
  assert.deepEqual([...new Set(holds.map(({ reason }) => reason))], ['vault'])
  assert.deepEqual([holds[0].numbers, 'wabaId' in holds[0]], [20, false])
})

test('what a vault throws is an end, and shows no PIN', async () => {
  let pin
  const thrown = new Error('no space left')
  class Broken extends MemoryVault {
    save(id, entry, expected) {
      if (id === NUMBERS[1]) {
        pin = JSON.parse(entry.serialize()).pending
        throw new Error(entry.serialize())
      }
      if (id === NUMBERS[2]) throw thrown
      return super.save(id, entry, expected)
    }
  }
  const ends = new Rotator(via(ok), new Broken()).rotateAll(NUMBERS.slice(0, 10))
  const got = await all(ends)
  const error = (id) => got.find(({ phoneNumberId }) => phoneNumberId === id).error
  assert.deepEqual([ends.progress().rotated, ends.progress().unsettled], [8, 2])
  const quiet = error(NUMBERS[1])
  assert.ok(quiet instanceof VaultError)
  assert.deepEqual([quiet.kind, quiet.vaultState, 'cause' in quiet], ['unreachable', 'unsettled', false])
  assertHidden(quiet, pin)
  assert.equal(error(NUMBERS[2]).cause, thrown)
  const boom = new Error('boom')
  const [end] = await all(new Rotator(via(() => Promise.reject(boom)), new MemoryVault()).rotateAll(['1']))
  assert.deepEqual([end.error.kind, end.error.cause], ['connection_failed', boom])
})

test('a client that is closed ends it', async () => {
  const { client } = await sandboxed()
  const closing = client()
  const ends = new Rotator(closing, new MemoryVault()).rotateAll(NUMBERS, { concurrency: 2 })
  const got = await all(ends, () => void (ends.progress().rotated >= 10 && closing.close()))
  assert.equal(ends.progress().stopped, 'settings')
  assert.ok(got.length < 20)
})

test('ten thousand numbers are not ten thousand promises', async () => {
  let [now, most] = [0, 0]
  const slow = via(async () => {
    most = Math.max(most, ++now)
    await sleep(1)
    now--
    return ok()
  })
  const numbers = Array.from({ length: 10_000 }, (_, number) => String(number + 1))
  const ends = new Rotator(slow, new MemoryVault()).rotateAll(numbers)
  let number = 0
  await all(ends, () => ++number === 500)
  assert.ok(most > 8 && most <= 16, `${most}`)
})

test('what cannot be used is said at once', async () => {
  const rotator = new Rotator(via(ok), new MemoryVault())
  const account = { numbers: NUMBERS }
  const refused = [
    ['106540352242922', /iterable of phone number IDs/],
    [account, /iterable/],
    [7, /iterable/],
    [[account, '1'], /not both/],
    [[{ numbers: '12' }], /iterable/],
    [[{ numbers: ['1'], token: 'EAA' }], /accessToken/],
    [[{ numbers: ['1'], wabaId: 'x' }], /wabaId/],
    [[{ numbers: ['1'], accessToken: 'EAA x' }], /accessToken/],
    [['+1 555'], /phone number ID/],
    [[7], /phone number ID/],
  ]
  for (const [numbers, words] of refused) {
    assert.throws(() => rotator.rotateAll(numbers), (error) => error instanceof TwoStepError && error.outcome === 'not_sent' && words.test(error.message), inspect(numbers))
  }
  for (const options of [{ concurrency: 0 }, { canary: 0 }, { maxFailures: '1' }, { concurrency: 1.5 }, { since: 'now' }, { since: new Date(NaN) }, { signal: 1 }, { timeoutMs: 1 }]) {
    assert.throws(() => rotator.rotateAll(['1'], options), new RegExp(Object.keys(options)[0]))
  }
  const client = via(ok)
  const closed = new Rotator(client, new MemoryVault())
  client.close()
  assert.throws(() => closed.rotateAll(['1']), /closed/)
})
