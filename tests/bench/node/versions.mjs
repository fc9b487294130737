// The versions of what is installed.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { PEERS } from './peers.mjs'

const require = createRequire(import.meta.url)

export function versionOf(peer) {
  const name = PEERS[peer].package
  if (name === undefined) return process.versions.undici
  // Found by its folder: not every package lets its manifest be imported.
  for (const folder of require.resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version
    } catch {
      continue
    }
  }
  return null
}
