// Measures one peer: node measure.mjs PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE], or --list.
//
// The calls are W that warm up and then N that are measured; the first of all is timed apart. What the program needs itself is
// imported after the peer, which would otherwise find a part of its own imports done.

import { PEERS } from './peers.mjs'

const name = process.argv[2]
const ca = process.argv.includes('--ca') ? process.argv[process.argv.indexOf('--ca') + 1] : undefined
if (ca !== undefined && ca !== process.env.NODE_EXTRA_CA_CERTS) {
  // Node looks for more roots when it starts. Whoever times the start from outside sets the variable as well.
  const { spawnSync } = await import('node:child_process')
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca }
  process.exit(spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1)
}
if (name === '--list') {
  const { versionOf } = await import('./versions.mjs')
  const peers = Object.keys(PEERS).map((peer) => ({ peer, version: versionOf(peer), ours: peer === 'whatsapp-two-step', style: 'async' }))
  console.log(JSON.stringify(peers))
} else {
  const began = performance.now()
  const make = await PEERS[name].load()
  const importMs = performance.now() - began
  const loadedKb = process.memoryUsage.rss() >> 10
  const { run } = await import('./runs.mjs')
  const { versionOf } = await import('./versions.mjs')
  const measured = await run(make)
  console.log(JSON.stringify({ peer: name, version: versionOf(name), ...measured, import_ms: round(importMs), rss_import_kb: loadedKb }))
}

function round(number) {
  return Math.round(number * 1000) / 1000
}
