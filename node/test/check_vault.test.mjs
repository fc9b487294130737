// A vault of one's own that isn't as it must be is found out. The rules themselves are the core's, which has tests of each.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { checkVault, Entry, generateVaultKey, MemoryVault, SqliteVault, VaultError, VaultFaultError } from 'whatsapp-two-step'
import { assertHidden, assertRefused, failure, ID } from './support.mjs'

/** The same vault with async methods. */
const slow = (vault) => ({
  load: async (...given) => (await sleep(0), vault.load(...given)),
  save: async (...given) => (await sleep(0), vault.save(...given)),
})
const ways = { plain: (vault) => vault, async: slow }
const changed = (entry, change) => Entry.parse(JSON.stringify(change(JSON.parse(entry.serialize()))))

/** As a database is: it knows its own versions' type, and no other. Its versions are texts. */
class Strict extends MemoryVault {
  load(id) {
    const stored = super.load(id)
    return stored && { entry: Entry.parse(stored.entry.serialize()), version: `"${stored.version}"` }
  }
  save(id, entry, expected) {
    if (expected !== undefined && !/^"\d+"$/.test(expected)) throw new TypeError('no such ETag')
    return `"${super.save(id, entry, expected && Number(expected.slice(1, -1)))}"`
  }
}

async function sqlite() {
  const vault = new SqliteVault(join(mkdtempSync(join(tmpdir(), 'vault-')), 'pins.db'), generateVaultKey())
  await vault.init()
  return vault
}

for (const [way, as] of Object.entries(ways)) {
  for (const [kind, open] of Object.entries({ memory: () => new MemoryVault(), strict: () => new Strict(), sqlite })) {
    test(`a vault that keeps the rules: ${kind}, ${way}`, async () => {
      const vault = await open()
      assert.equal(await checkVault(as(vault)), undefined)
      if (kind === 'sqlite') assert.deepEqual(await vault.ids(), ['000000000000001'], 'it leaves one behind, and no more')
      assert.match((await failure(checkVault(vault))).message, /shall have none: give another number/)
      await checkVault(vault, ID)
    })
  }
}

const conflictsOtherwise = new RangeError('there is one')
const broken = {
  'save of a new entry where there is one must be a conflict, and is done': class extends MemoryVault {
    save = (id, entry) => super.save(id, entry, this.load(id)?.version)
  },
  'save of an old version must be a conflict, and is done': class extends MemoryVault {
    save = (id, entry, expected) => super.save(id, entry, expected && (this.load(id)?.version ?? expected))
  },
  'load gives another entry than was saved': class extends MemoryVault {
    save = (id, entry, expected) => super.save(id, changed(entry, ({ pending, ...rest }) => rest), expected)
  },
  'load gives another version than save did': class extends MemoryVault {
    load = (id) => super.load(id) && { ...super.load(id), version: super.load(id).version - 1 }
  },
  'save gives a version that it has given before': class extends MemoryVault {
    save = (id, entry, expected) => Math.min(super.save(id, entry, expected), 1)
  },
  'load gives nothing after a save': class extends MemoryVault {
    load = () => null
  },
  'load gives the entry of another number': class extends MemoryVault {
    load = () => super.load('one')
    save = (_, entry, expected) => super.save('one', entry, expected)
  },
  'save of a new entry where there is one must be a conflict': class extends MemoryVault {
    save(id, entry, expected) {
      if (this.load(id)?.version !== expected) throw conflictsOtherwise
      return super.save(id, entry, expected)
    }
  },
  'load of a number without an entry fails': class {},
}

test('each fault is named', async () => {
  for (const [rule, Vault] of Object.entries(broken)) {
    for (const as of Object.values(ways)) {
      const error = await failure(checkVault(as(new Vault())))
      assert.equal(error.message, `The vault is not as it must be: ${rule}.`)
      assert.ok(error instanceof VaultFaultError && error instanceof Error)
      assert.match(error.stack, /^VaultFaultError: The vault .*\n +at .*check_vault\.test/)
      if (rule.endsWith('a conflict')) assert.equal(error.cause, conflictsOtherwise)
      else assert.equal(error.cause instanceof TypeError, rule.endsWith('fails'), 'without methods it has a cause')
    }
  }
})

test('an entry whose times are others is another one', async () => {
  class Later extends MemoryVault {
    load(id) {
      const stored = super.load(id)
      const later = (fields) => ({ ...fields, ...(fields.rotated_at && { rotated_at: fields.rotated_at + 1 }) })
      return stored && { ...stored, entry: changed(stored.entry, later) }
    }
  }
  assert.match((await failure(checkVault(new Later()))).message, /another entry than was saved/)
})

test('a race is seen', async () => {
  /** It looks, lets others look, and then writes. */
  class Races extends MemoryVault {
    async save(id, entry, expected) {
      if (this.load(id)?.version !== expected) throw new VaultError('conflict')
      await sleep(1)
      return super.save(id, entry, this.load(id)?.version)
    }
  }
  assert.match((await failure(checkVault(new Races()))).message, /two savers of one version have both saved/)
})

test('what a vault throws is the cause, unless a PIN shows in it', async () => {
  const throwing = (method, make) =>
    Object.assign(new MemoryVault(), { [method]: (_, entry) => { throw make(entry) } })
  for (const thrown of [new Error('no space left'), new VaultError('unreadable', 'A wrong key.'), 'a text', undefined]) {
    const error = await failure(checkVault(throwing('save', () => thrown)))
    assert.match(error.message, /save of the version that the vault holds fails/)
    assert.ok('cause' in error && error.cause === thrown)
  }
  const row = '{"form":1,"current":"735194"}'
  const leaks = [
    (text) => new Error(text),
    (text) => Object.assign(new Error('failed'), { query: { values: [Buffer.from(text)] } }),
    (text) => new VaultError('unreachable', text),
    (text) => new Error('failed', { cause: [new Map([['row', text]])] }),
    (text) => text,
  ]
  for (const leak of leaks) {
    for (const vault of [throwing('load', () => leak(row)), throwing('save', (entry) => leak(entry.serialize()))]) {
      const error = await failure(checkVault(slow(vault)))
      assert.match(error.message, / fails\.$/)
      assert.match(error.cause.message, /six digits in it may be a PIN/)
      assertHidden(error, '735194', '012345')
    }
  }
})

test('vaults that answer with something else', async () => {
  const rows = { load: () => ({ entry: { form: 1, current: '735194' }, version: 1 }), save: () => 1 }
  const error = await failure(checkVault(rows))
  assert.match(error.cause.message, /must be an Entry/)
  assertHidden(error, '735194')
  assert.match((await failure(checkVault({ load: () => undefined, save: () => undefined }))).cause.message, /version must be/)
})

test('bad arguments', async () => {
  assertRefused(await failure(checkVault(new MemoryVault(), '+1 555')), 'invalid_phone_number_id', ['phone number ID'])
  assertRefused(await failure(checkVault(new MemoryVault(), 1)), 'invalid_phone_number_id', [])
})
