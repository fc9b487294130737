// registry.mjs FOLDER: serves the tarballs there as npm's registry does. Its first line is its URL.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
const answers = new Map()
const server = createServer(({ url }, response) => {
  const answer = answers.get(url)
  response.writeHead(answer ? 200 : 404).end(answer ?? '{}')
})
server.listen(0, '127.0.0.1', () => {
  const origin = `http://127.0.0.1:${server.address().port}`
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tgz'))) {
    const content = readFileSync(join(folder, file))
    const manifest = JSON.parse(execFileSync('tar', ['-xzOf', join(folder, file), 'package/package.json'], { encoding: 'utf8' }))
    const { name, version } = manifest
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
    const versions = { [version]: { ...manifest, dist: { tarball: `${origin}/${file}`, integrity } } }
    answers.set(`/${file}`, content)
    answers.set(`/${name}`, JSON.stringify({ name, versions, 'dist-tags': { latest: version } }))
  }
  console.log(origin)
})
