import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { serializeError } from '../../../../src/core/errors/error-codec.js'
import { describeFailure, syntaxLocationOf } from '../../../../src/core/errors/syntax-location.js'

const UNFINISHED = 'export const a = 1\n\nexport default function ( {\n'
const LINE = 'export default function ( {'
const CARET = `${' '.repeat(LINE.length)}^`

async function errorOf(action: () => unknown): Promise<SyntaxError> {
  try {
    await action()
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' })
}

describe('A syntax error that comes up at run time', () => {
  let directory = ''
  const urlOf = (name: string): string => pathToFileURL(path.join(directory, name)).href

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-syntax-'))
    writeFileSync(path.join(directory, 'plugin.mjs'), UNFINISHED)
    writeFileSync(path.join(directory, 'over.mjs'), "export * from './middle.mjs'\n")
    writeFileSync(path.join(directory, 'middle.mjs'), 'export const a = 1\nexport const b = a ++ 3\n')
    writeFileSync(path.join(directory, 'plugin.cjs'), 'const a = 1\nmodule.exports = (;\n')
    writeFileSync(path.join(directory, 'plugin.json'), '{\n  "a": 1,,\n}')
  })

  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  it('is shown with file, line and caret, by whatever name the module was imported', async () => {
    const error = await errorOf(() => import(urlOf('plugin.mjs')))
    assert.equal(syntaxLocationOf(error), `${path.join(directory, 'plugin.mjs')}:3\n${LINE}\n${CARET}`)
    assert.equal(syntaxLocationOf(error), `${path.join(directory, 'plugin.mjs')}:3\n${LINE}\n${CARET}`, 'twice')
  })

  it('is shown in the module that the imported one imports', async () => {
    const error = await errorOf(() => import(urlOf('over.mjs')))
    assert.match(syntaxLocationOf(error) ?? '', /\/middle\.mjs:2\nexport const b = a \+\+ 3\n {22}\^$/)
  })

  it('is shown in a file that was required', async () => {
    const error = await errorOf(() => createRequire(import.meta.url)(path.join(directory, 'plugin.cjs')) as unknown)
    assert.match(syntaxLocationOf(error) ?? '', /\/plugin\.cjs:2\nmodule\.exports = \(;\n {18}\^$/)
  })

  it('is shown in a JSON file that was required', async () => {
    const error = await errorOf(() => createRequire(import.meta.url)(path.join(directory, 'plugin.json')) as unknown)
    assert.match(syntaxLocationOf(error) ?? '', /\/plugin\.json:2\n {2}"a": 1,,\n {9}\^$/)
  })

  for (const [title, url] of [
    ['percent signs', `data:text/javascript,${encodeURIComponent(UNFINISHED)}`],
    ['base64', `data:text/javascript;base64,${Buffer.from(UNFINISHED).toString('base64')}`],
  ] as const) {
    it(`is shown in a data: URL with ${title}, of which the beginning is told`, async () => {
      const [place = '', ...rest] = (syntaxLocationOf(await errorOf(() => import(url))) ?? '').split('\n')
      assert.equal(place, `${url.slice(0, 60)}…:3`)
      assert.deepEqual(rest, [LINE, CARET])
    })
  }

  it('is shown in TypeScript as Node tells of it, which shows the lines around it', () => {
    const error = new SyntaxError('TypeScript enum is not supported in strip-only mode')
    Object.assign(error, { code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' })
    error.stack = `/job/colours.ts:2\nconst a = 1\n  enum Colour { Red }\n  ^^^^^^^^^^^^^^^^^^^\nconst b = 2\n\nSyntaxError: x\n`
    assert.equal(syntaxLocationOf(error), '/job/colours.ts:2\n  enum Colour { Red }\n  ^^^^^^^^^^^^^^^^^^^')
  })

  it('is shown in TypeScript after the last text, where something is missing at the end', () => {
    const file = path.join(directory, 'cut-off.ts')
    writeFileSync(file, 'const a: number = 1\nexport default function () {\n\n')
    const error = new SyntaxError("Expected '}', got '<eof>'")
    Object.assign(error, { code: 'ERR_INVALID_TYPESCRIPT_SYNTAX' })
    error.stack = `${urlOf('cut-off.ts')}:2\nexport default function () {\n\nSyntaxError: Expected '}', got '<eof>'\n    at parse\n`
    const place = `${file}:2\nexport default function () {\n${' '.repeat(28)}^`
    assert.equal(syntaxLocationOf(error), place)
  })

  it('has no place when it stands in no module', async () => {
    const actions = [
      () => JSON.parse('{') as unknown,
      () => new RegExp('('),
      () => {
        throw new SyntaxError('no such rule')
      },
      () => {
        throw new SyntaxError('in a rule\n/rules/first:3\nselect\n  ^\n')
      },
    ]
    for (const action of actions) assert.equal(syntaxLocationOf(await errorOf(action)), undefined)
  })

  it('takes its place along over a thread border, as a cause too', async () => {
    const cause = await errorOf(() => import(urlOf('middle.mjs')))
    const serialized = serializeError(new Error('the plugin is broken', { cause }))
    assert.equal(serialized.message, 'the plugin is broken')
    assert.match(
      serialized.cause?.message ?? '',
      /^Unexpected number\n\/.*\/middle\.mjs:2\nexport const b = a \+\+ 3\n/,
    )
  })

  it('is named with file and line where one line has to do', async () => {
    const error = await errorOf(() => import(urlOf('middle.mjs')))
    assert.equal(describeFailure(error), `SyntaxError: Unexpected number (${path.join(directory, 'middle.mjs')}:2)`)
    assert.equal(describeFailure(new SyntaxError('no such rule')), 'SyntaxError: no such rule')
  })
})
