// 20,000 calls, 1,000 pages, and garbage.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { startSandbox } from 'whatsapp-two-step/testing'
import { ID, PIN, sandboxed, scenarios } from './support.mjs'

const { sandbox } = await sandboxed()
const table = await scenarios(sandbox)

// In a process of its own, so that the sandbox's memory isn't counted.
const run = async (code) => {
  const start = `
    import { Client } from 'whatsapp-two-step'
    const make = (options) => new Client({ accessToken: 'EAAG_test', baseUrl: '${sandbox.baseUrl}', maxRetries: 0, ...options })
    const rest = () => new Promise((resolve) => setTimeout(resolve, 20))
    const megabytes = async () => {
      gc()
      await rest()
      gc()
      // Without what V8 keeps in reserve.
      const { rss, heapTotal, heapUsed } = process.memoryUsage()
      return (rss - heapTotal + heapUsed) / 1e6
    }
  `
  const flags = ['--expose-gc', '--input-type=module', '--eval', start + code]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: new URL('.', import.meta.url), timeout: 110_000 })
  return JSON.parse(stdout)
}

test('20,000 calls with flat memory', async (t) => {
  const [first, last] = await run(`
    const client = make()
    const { signal } = new AbortController()
    const round = async (calls) => {
      for (let n = 0; n < calls; n += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, k) =>
          client.setTwoStepPin(k % 10 ? '${ID}' : '${table['html-502'].id}', k % 7 ? '${PIN}' : '1', { signal }).catch(() => {})))
      }
      return megabytes()
    }
    const first = await round(4_000)
    const last = await round(16_000)
    console.log(JSON.stringify([first, last]))
  `)
  t.diagnostic(`${first.toFixed(1)} MB after 4,000 calls, ${last.toFixed(1)} MB after 20,000`)
  assert.ok(last - first < 12, `${first} MB, then ${last} MB`)
})

test('1,000 pages of numbers with flat memory', async (t) => {
  const fleet = await startSandbox({ numbers: 100_000 })
  t.after(() => fleet.close())
  // A stand-in and not fetch, which goes on growing for 1,000 answers by itself.
  const standIn = `({ url }) => {
    const from = Number(new URL(url).searchParams.get('after'))
    const data = Array.from({ length: 100 }, (_, at) => ({ id: String(from + at + 1), verified_name: 'a name'.repeat(20) }))
    return { status: 200, body: Buffer.from(JSON.stringify({ data, paging: { cursors: { after: String(from + 100) }, next: 'https://x' } })) }
  }`
  for (const transport of ['undefined', standIn]) {
    const [first, last] = await run(`
      const sizes = []
      let count = 0
      for await (const number of make({ baseUrl: '${fleet.baseUrl}', transport: ${transport} }).phoneNumbers('930000000000001')) {
        if (++count === 20_000 || count === 100_000) sizes.push(await megabytes())
        if (count === 100_000) break
      }
      console.log(JSON.stringify(sizes))
    `)
    t.diagnostic(`${first.toFixed(1)} MB after 200 pages, ${last.toFixed(1)} MB after 1,000`)
    assert.ok(last - first < 12, `${first} MB, then ${last} MB`)
  }
})

test('clients are garbage like anything else, also with a transport', async (t) => {
  const [first, last, alive] = await run(`
    const kept = []
    const round = async (clients) => {
      for (let n = 0; n < clients; n++) {
        const client = make(n % 2 ? { transport: () => ({ status: 200, body: '{"success":true}' }) } : {})
        kept.push(new WeakRef(client))
        if (n % 5 === 0) await client.setTwoStepPin('${ID}', '${PIN}')
      }
      return megabytes()
    }
    const first = await round(300)
    const last = await round(1_500)
    await rest()
    gc()
    console.log(JSON.stringify([first, last, kept.filter((ref) => ref.deref()).length]))
  `)
  t.diagnostic(`${first.toFixed(1)} MB after 300 clients, ${last.toFixed(1)} MB after 1,800; ${alive} alive`)
  assert.ok(alive < 20, `${alive} clients are alive`)
  assert.ok(last - first < 30, `${first} MB, then ${last} MB`)
})
