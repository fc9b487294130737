// Finds the native library. There is one package per platform, of which npm installs the fitting one.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What came of one package. */
interface Tried {
  readonly name: string
  readonly problem: { readonly code?: unknown; readonly message?: unknown }
}

const PLATFORMS = 'linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64, win32-arm64'

export function load(): unknown {
  const tried: Tried[] = []
  return open(tried) ?? refuse(tried)
}

/**
 * Each `require` has its name written out and a `try` around it: so bundlers and file tracers see it, and don't insist on packages
 * of other platforms. Where an installer ignores `libc` and both are there, the first one that loads is right.
 */
function open(tried: Tried[]): unknown {
  const failed = (name: string, problem: unknown) => void tried.push({ name, problem: problem ?? {} })
  switch (`${process.platform}-${process.arch}`) {
    case 'linux-x64':
      try {
        return require('whatsapp-two-step-linux-x64-gnu')
      } catch (problem) {
        failed('whatsapp-two-step-linux-x64-gnu', problem)
      }
      try {
        return require('whatsapp-two-step-linux-x64-musl')
      } catch (problem) {
        failed('whatsapp-two-step-linux-x64-musl', problem)
      }
      return
    case 'linux-arm64':
      try {
        return require('whatsapp-two-step-linux-arm64-gnu')
      } catch (problem) {
        failed('whatsapp-two-step-linux-arm64-gnu', problem)
      }
      try {
        return require('whatsapp-two-step-linux-arm64-musl')
      } catch (problem) {
        failed('whatsapp-two-step-linux-arm64-musl', problem)
      }
      return
    case 'darwin-x64':
      try {
        return require('whatsapp-two-step-darwin-x64')
      } catch (problem) {
        failed('whatsapp-two-step-darwin-x64', problem)
      }
      return
    case 'darwin-arm64':
      try {
        return require('whatsapp-two-step-darwin-arm64')
      } catch (problem) {
        failed('whatsapp-two-step-darwin-arm64', problem)
      }
      return
    case 'win32-x64':
      try {
        return require('whatsapp-two-step-win32-x64-msvc')
      } catch (problem) {
        failed('whatsapp-two-step-win32-x64-msvc', problem)
      }
      return
    case 'win32-arm64':
      try {
        return require('whatsapp-two-step-win32-arm64-msvc')
      } catch (problem) {
        failed('whatsapp-two-step-win32-arm64-msvc', problem)
      }
  }
}

/** Says which package was looked for, what was found, and what to do. */
function refuse(tried: readonly Tried[]): never {
  const platform = `${process.platform}-${process.arch}`
  if (tried.length === 0) {
    throw refusal('PLATFORM', `has no native library for ${platform}. There are ones for ${PLATFORMS}.`, tried)
  }
  const broken = tried.filter(({ problem }) => !/MODULE_NOT_FOUND$/.test(String(problem.code)))
  if (broken.length > 0) {
    const found = broken.map(({ name, problem }) => `${name} (${String(problem.message ?? problem).split('\n')[0]})`).join(' and ')
    const isForbidden = broken.some(({ problem }) => problem.code === 'ERR_DLOPEN_DISABLED')
    const cure = isForbidden
      ? "Node's permission model forbids add-ons: start it with --allow-addons."
      : 'It is for another system or C library, or damaged: delete node_modules and install again, on this system.'
    throw refusal('UNLOADABLE', `found ${found}, but could not load it. ${cure}`, tried)
  }
  const wanted = tried.map(({ name }) => name).join(' or ')
  const others = installed()
  const [found, cure] =
    others.length > 0
      ? [`found ${others.join(', ')}`, 'node_modules is of another system: install on this one (in the Docker image, not beside it).']
      : ['found none for any platform', `Install with optional dependencies (${howTo()}); if a bundler made this file, keep whatsapp-two-step external.`]
  throw refusal('MISSING', `looked for ${wanted} and ${found}. ${cure}`, tried)
}

function refusal(code: string, says: string, tried: readonly Tried[]): Error {
  const [first, ...more] = tried.map(({ problem }) => problem)
  const cause = more.length > 0 ? new AggregateError([first, ...more]) : first
  return Object.assign(new Error(`whatsapp-two-step ${says}`, { cause }), { code: `ERR_WHATSAPP_TWO_STEP_${code}` })
}

/** What brings them, with the package manager that made the folder of modules: each was tried after an install that left them out. */
function howTo(): string {
  const modules = join(__dirname, '..', '..')
  const has = (name: string) => existsSync(join(modules, name))
  if (modules.includes('.pnpm')) return 'pnpm install, without --no-optional'
  if (has('.yarn-integrity')) return 'yarn install --force, without --ignore-optional'
  if (has('.yarn-state.yml')) return 'yarn install, and supportedArchitectures in .yarnrc.yml'
  return 'npm install --include=optional'
}

/** The platforms' packages that are there, beside this one. */
function installed(): string[] {
  try {
    return readdirSync(join(__dirname, '..', '..')).filter((name) => name.startsWith('whatsapp-two-step-'))
  } catch {
    return [] // a bundle has no such folder
  }
}
