// documentation.mjs OUT: the examples of the READMEs, of the project's pages and of the doc comments as files, to be compiled and run.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [out] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const texts = {}
for (const page of readdirSync('.').filter((file) => file.endsWith('.md'))) texts[page.replace(/\.md$/, '')] = readFileSync(page, 'utf8')
for (const file of readdirSync(process.env.SOURCES).filter((file) => file.endsWith('.cts'))) {
  const source = readFileSync(join(process.env.SOURCES, file), 'utf8')
  texts[file.replace(/\.cts$/, '')] = source.replaceAll(/^ *\* ?/gm, '')
}
for (const [name, text] of Object.entries(texts)) {
  const examples = [...text.matchAll(/```(?:ts|js)\n([^]*?)```/g)]
  examples.forEach(([, example], number) => writeFileSync(join(out, `${name}-${number + 1}.mts`), `${example}\nexport {}\n`))
}
