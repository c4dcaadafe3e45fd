import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import ts from 'typescript'
import { exportedSymbols } from './exported-names.js'
import { packageRoot, readText, samplesOf, typeErrorsOf, type Snippet } from './type-checker.js'

const documents = [
  ...sourcesUnder('src'),
  'README.md',
  ...['README', 'state', 'coming-from-flink', 'coming-from-node'].map((page) => `jobs/${page}.md`),
]

const samples: readonly Snippet[] = documents.flatMap((file) =>
  samplesOf(readText(file)).map((code, index) => ({ name: `${file}, sample ${String(index + 1)}`, code })),
)

describe('the samples of the documentation', () => {
  test('every one of them compiles against the built package', () => {
    const errors = typeErrorsOf(samples)
    const failing = samples.flatMap(({ name }, index) => (errors[index] ?? []).map((error) => `${name}: ${error}`))
    assert.deepEqual(failing, [])
  })

  test('a sample that does not compile is found', () => {
    const [code = ''] = samplesOf(' * ```ts\n * const x: number = "text"\n * ```')
    assert.match(typeErrorsOf([{ name: 'planted', code }])[0]?.[0] ?? '', /not assignable to type 'number'/)
  })
})

test('the jobs that the READMEs show are files of jobs/, which the tests run', () => {
  for (const [document, job] of [
    ['README.md', 'jobs/word-count.ts'],
    ['jobs/README.md', 'jobs/first-seen.ts'],
    ['jobs/README.md', 'jobs/mailboxes.ts'],
    ['jobs/README.md', 'jobs/visits-per-minute.ts'],
  ] as const) {
    assert.ok(readText(document).includes(`\`\`\`ts\n${readText(job)}\`\`\`\n`), `${document} shows ${job}`)
  }
})

describe('every export of the package', () => {
  const { symbols, checker } = exportedSymbols()
  const exported = symbols.map(({ name, target }) => {
    return { name, documentation: ts.displayPartsToString(target.getDocumentationComment(checker)) }
  })

  test('is documented', () => {
    assert.deepEqual(
      exported.filter(({ documentation }) => documentation === '').map(({ name }) => name),
      [],
    )
  })

  test('is used in a sample', () => {
    const words = new Set(samples.flatMap(({ code }) => code.match(/\w+/g) ?? []))
    assert.deepEqual(
      exported.filter(({ name }) => !words.has(name)).map(({ name }) => name),
      [],
    )
  })

  test('there are many of them', () => {
    assert.ok(exported.length > 50)
  })
})

function sourcesUnder(folder: string): string[] {
  const entries = readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
  return entries.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`)
}
