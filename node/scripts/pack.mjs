// pack.mjs OUT: the tarball of the main package, from what is built.
// pack.mjs OUT LIBRARY [PLATFORM]: the one of a platform's package, this machine's or the folder of npm/ that is named.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [out, library, platform = thisPlatform()] = process.argv.slice(2)
const root = resolve(import.meta.dirname, '..')
const main = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const stage = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-pack-'))

// A release says where it was built: npm compares that with the build's own proof.
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env
const origin = name ? { repository: { type: 'git', url: `git+${server}/${name}.git` } } : {}

function thisPlatform() {
  const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
  const abi = { linux: musl ? '-musl' : '-gnu', win32: '-msvc' }[process.platform] ?? ''
  return `${process.platform}-${process.arch}${abi}`
}

// npm takes a file LICENSE along unasked, and none of these.
function pack(manifest, readme, licences, fill) {
  const files = [...manifest.files, ...licences]
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...manifest, files, ...origin }, null, 2)}\n`)
  writeFileSync(join(stage, 'README.md'), readme)
  fill()
  for (const licence of licences) copyFileSync(join(root, '..', licence), join(stage, licence))
  mkdirSync(out, { recursive: true })
  // npm is a script on Windows, which only a shell starts.
  execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(out)], { cwd: stage, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
}

const own = ['LICENSE-MIT', 'LICENSE-APACHE']
if (library) {
  const manifest = JSON.parse(readFileSync(join(root, 'npm', platform, 'package.json'), 'utf8'))
  pack(manifest, `The native library of ${main.name} for ${platform}; npm installs it with that.\n`, [...own, 'THIRD_PARTY_LICENSES'], () => copyFileSync(library, join(stage, manifest.main)))
} else {
  const { devDependencies, scripts, ...rest } = main
  // The same version exactly: the two halves of one library.
  const optionalDependencies = Object.fromEntries(readdirSync(join(root, 'npm')).map((platform) => [`${main.name}-${platform}`, main.version]))
  pack({ ...rest, optionalDependencies }, readFileSync(join(root, 'README.md'), 'utf8'), own, () => cpSync(join(root, 'dist'), join(stage, 'dist'), { recursive: true }))
}

rmSync(stage, { recursive: true })
