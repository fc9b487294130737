// The sources import each other in one direction: no circle of files, types included.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const sources = process.env.SOURCES
const imports = Object.fromEntries(
  readdirSync(sources).map((name) => {
    const text = readFileSync(join(sources, name), 'utf8')
    return [name, [...text.matchAll(/(?:from|import\(|require\() ?'\.\/([\w.]+)'/g)].map(([, file]) => file.replace(/js$/, 'ts'))]
  }),
)

/** The first circle that is found. */
function circle(graph) {
  const clear = new Set()
  const follow = (name, way) => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name]
    if (clear.has(name)) return undefined
    for (const next of graph[name] ?? []) {
      const found = follow(next, [...way, name])
      if (found) return found
    }
    clear.add(name)
    return undefined
  }
  return Object.keys(graph).reduce((found, name) => found ?? follow(name, []), undefined)
}

test('no circle of imports', () => {
  assert.ok(Object.values(imports).flat().length > 20)
  assert.equal(circle(imports)?.join(' <- '), undefined)
  assert.deepEqual(circle({ a: ['b'], b: ['c'], c: ['b'] }), ['b', 'c', 'b'])
})
