// pack.mjs LIBRARY OUT: the tarballs of the main package and of this platform's, from what is built.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [library, out] = process.argv.slice(2)
const root = resolve(import.meta.dirname, '..')
const main = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const platforms = readdirSync(join(root, 'npm'))
const stage = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-pack-'))

// The versions of the packages must be one: the main one asks for its platforms' exactly.
for (const platform of platforms) {
  const { version } = JSON.parse(readFileSync(join(root, 'npm', platform, 'package.json'), 'utf8'))
  if (version !== main.version) throw new Error(`npm/${platform} has version ${version}, not ${main.version}`)
}

function pack(name, fill) {
  const folder = join(stage, name)
  mkdirSync(folder)
  fill(folder)
  for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    const path = join(root, '..', licence)
    if (existsSync(path)) copyFileSync(path, join(folder, licence))
  }
  execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(out)], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

mkdirSync(out, { recursive: true })
for (const file of readdirSync(out)) if (file.endsWith('.tgz')) rmSync(join(out, file))

pack('main', (folder) => {
  const { devDependencies, scripts, ...rest } = main
  const optionalDependencies = Object.fromEntries(platforms.map((platform) => [`${main.name}-${platform}`, main.version]))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...rest, optionalDependencies }, null, 2)}\n`)
  copyFileSync(join(root, 'README.md'), join(folder, 'README.md'))
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
})

const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
const abi = { linux: musl ? '-musl' : '-gnu', win32: '-msvc' }[process.platform] ?? ''
const platform = `${process.platform}-${process.arch}${abi}`
pack(platform, (folder) => {
  copyFileSync(join(root, 'npm', platform, 'package.json'), join(folder, 'package.json'))
  writeFileSync(join(folder, 'README.md'), `The native library of ${main.name} for ${platform}; npm installs it with that.\n`)
  copyFileSync(library, join(folder, 'whatsapp-two-step.node'))
})

rmSync(stage, { recursive: true })
