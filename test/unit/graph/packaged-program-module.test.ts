import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { describeProgramError, loadProgramModule } from '../../../src/graph/packaged-program-module.js'
import { temporaryDirectory } from './temporary-directory.js'

const MODULE = new URL('../../../src/graph/packaged-program-module.js', import.meta.url).href

async function urlOf(context: TestContext, name: string, files: Readonly<Record<string, string>>): Promise<string> {
  return pathToFileURL(join(await temporaryDirectory(context, files), name)).href
}

async function failureOf(url: string): Promise<FlinkError> {
  try {
    await loadProgramModule(url, 0)
  } catch (error) {
    assert.ok(FlinkError.is(error), String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'the module was loaded' })
}

const BROKEN = 'import fs from "node:fs"\nexport default function (env) {\n  const a = ;\n}\n'

describe('a syntax error is shown with the line of the user', () => {
  test('in the job module', async (context) => {
    const error = await failureOf(await urlOf(context, 'job.mjs', { 'job.mjs': BROKEN }))
    assert.equal(error.code, 'PROGRAM_SYNTAX_ERROR')
    assert.match(error.message, /Unexpected token ';'\n\/.*job\.mjs:3\n {2}const a = ;\n {12}\^$/)
  })

  test('in a .js file that nothing says is a module', async (context) => {
    const error = await failureOf(await urlOf(context, 'job.js', { 'job.js': BROKEN }))
    assert.match(error.message, /job\.js:3\n {2}const a = ;/)
  })

  test('in a CommonJS file', async (context) => {
    const error = await failureOf(await urlOf(context, 'job.cjs', { 'job.cjs': 'const a = 1\nconst b = (;\n' }))
    assert.equal(error.code, 'PROGRAM_SYNTAX_ERROR')
    assert.match(error.message, /job\.cjs:2\nconst b = \(;/)
  })

  test('in a file that the job imports over another', async (context) => {
    const files = { 'job.mjs': "import './a.mjs'\n", 'a.mjs': "export * from './lib/b.mjs'\n", 'lib/b.mjs': BROKEN }
    const error = await failureOf(await urlOf(context, 'job.mjs', files))
    assert.match(error.message, /lib\/b\.mjs:3\n {2}const a = ;/)
  })

  test('for a name that another file does not export', async (context) => {
    const files = { 'job.mjs': "\nimport { nothing } from './a.mjs'\n", 'a.mjs': 'export const a = 1\n' }
    const error = await failureOf(await urlOf(context, 'job.mjs', files))
    assert.equal(error.code, 'PROGRAM_EXPORT_NOT_FOUND')
    assert.match(
      error.message,
      /^The job module imports a name that is not there: .* export named 'nothing'\n.*job\.mjs:2\nimport \{ nothing \}/,
    )
  })

  test('in TypeScript that is more than types, with what to do', () => {
    const thrown = new SyntaxError('TypeScript enum is not supported in strip-only mode')
    Object.assign(thrown, { code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' })
    thrown.stack = '/job.ts:1\nenum Colour { Red }\n^^^^^^^^^^^^^^^^^^^\n\nSyntaxError: x\n'
    const error = describeProgramError(thrown, 'file:///job.ts')
    assert.equal(error.code, 'PROGRAM_TYPESCRIPT_UNSUPPORTED')
    assert.match(error.message, /Compile it .* enum is not supported.*\n\/job\.ts:1\nenum Colour \{ Red \}\n\^+$/)
  })

  const END = '  env.fromElements(1).print('
  const UNFINISHED = `export default function (env) {\n${END}\n\n`
  const CUT_OFF = `exports.default = function (env) {\n${END}\n`
  const ENDS_EARLY: readonly (readonly [title: string, name: string, files: Readonly<Record<string, string>>])[] = [
    ['of the job module', 'job.mjs', { 'job.mjs': UNFINISHED }],
    ['with the line ends of Windows', 'job.mjs', { 'job.mjs': `\uFEFF${UNFINISHED.replaceAll('\n', '\r\n')}` }],
    ['of an imported module', 'job.mjs', { 'job.mjs': "import './a.mjs'\n", 'a.mjs': UNFINISHED }],
    ['of one that is imported later', 'job.mjs', { 'job.mjs': "await import('./a.mjs')\n", 'a.mjs': UNFINISHED }],
    ['of CommonJS', 'job.cjs', { 'job.cjs': CUT_OFF }],
    ['of CommonJS in a .js file', 'job.js', { 'job.js': CUT_OFF }],
    ['of a file that CommonJS requires', 'job.cjs', { 'job.cjs': "require('./lib')\n", 'lib/index.js': CUT_OFF }],
    ['of an ES module that CommonJS requires', 'job.cjs', { 'job.cjs': "require('./a.mjs')\n", 'a.mjs': UNFINISHED }],
    [
      'of an installed package',
      'job.mjs',
      {
        'job.mjs': "import 'broken'\n",
        'node_modules/broken/package.json': '{"type":"module","exports":"./main.js"}',
        'node_modules/broken/main.js': UNFINISHED,
      },
    ],
  ]
  for (const [title, name, files] of ENDS_EARLY) {
    test(`at the end ${title}`, async (context) => {
      const error = await failureOf(await urlOf(context, name, files))
      assert.equal(error.code, 'PROGRAM_SYNTAX_ERROR')
      const [, place, code, caret] = error.message.split('\n')
      assert.match(place ?? '', /^\/.*\.[cm]?js:2$/)
      assert.equal(code, END)
      assert.equal(caret, `${' '.repeat(END.length)}^`)
    })
  }

  test('in a JSON file', async (context) => {
    const files = { 'job.mjs': "import a from './a.json' with { type: 'json' }\n", 'a.json': '{\n  "a": 1,,\n}' }
    const error = await failureOf(await urlOf(context, 'job.mjs', files))
    assert.match(error.message, /a\.json:2\n {2}"a": 1,,\n {9}\^$/)
  })

  test('cut around the caret, where the line is very long', async (context) => {
    const text = `const a = [${'1234,'.repeat(150)}];const b = ;${'f(1);'.repeat(1000)}`
    const error = await failureOf(await urlOf(context, 'job.mjs', { 'job.mjs': text }))
    const [, place, code = '', caret = ''] = error.message.split('\n')
    assert.match(place ?? '', /job\.mjs:1:774$/)
    assert.ok(code.length <= 102 && code.startsWith('…') && code.endsWith('…'), code)
    assert.equal(code[caret.indexOf('^')], ';')
    assert.equal(code.slice(caret.indexOf('^') - 4, caret.indexOf('^')), 'b = ')
  })

  test('by its line alone, where V8 itself does not say the column', async (context) => {
    const text = `const a = [${'1234,'.repeat(1000)}];const b = ;${'f(1);'.repeat(1000)}`
    const error = await failureOf(await urlOf(context, 'job.mjs', { 'job.mjs': text }))
    assert.match(error.message, /job\.mjs:1\nconst a = .*…$/)
  })

  test('but not one in a file that was never loaded, for an error of run time', async (context) => {
    const files = { 'job.mjs': "JSON.parse('{')\nawait import('./a.mjs')\n", 'a.mjs': UNFINISHED }
    assert.equal((await failureOf(await urlOf(context, 'job.mjs', files))).code, 'PROGRAM_MAIN_FAILED')
  })

  test('inside a worker thread too', async (context) => {
    const url = await urlOf(context, 'job.mjs', { 'job.mjs': BROKEN })
    const source = `
      import { parentPort } from 'node:worker_threads'
      import { loadProgramModule } from ${JSON.stringify(MODULE)}
      loadProgramModule(${JSON.stringify(url)}, 0).catch((error) => { parentPort.postMessage(error.message) })`
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
    const message = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
    assert.match(String(message), /job\.mjs:3\n {2}const a = ;/)
  })
})

const FAILURES: readonly (readonly [title: string, text: string, code: ErrorCode, message: RegExp])[] = [
  ['a missing package', "import x from 'missing-package'\n", 'PROGRAM_IMPORT_FAILED', /missing-package/],
  ['a missing file', "import './missing.mjs'\n", 'PROGRAM_IMPORT_FAILED', /missing\.mjs/],
  ['a name without its end', "import './part'\n", 'PROGRAM_IMPORT_FAILED', /There is part\.mjs: Node imports a file/],
  ['a folder', "import './parts'\n", 'PROGRAM_IMPORT_FAILED', /There is parts\/index\.js: Node imports a file/],
  ['an error of its top level', "throw new RangeError('too wide')\n", 'PROGRAM_MAIN_FAILED', /main method.*too wide/],
  ['a thrown text', "throw 'just text'\n", 'PROGRAM_MAIN_FAILED', /just text/],
  ['text that it cannot parse', "JSON.parse('{')\n", 'PROGRAM_MAIN_FAILED', /JSON/],
]

/** What may have been meant. */
const BESIDE = { 'part.mjs': '', 'parts/index.js': '' }

for (const [title, text, code, message] of FAILURES) {
  test(`a job module fails by ${title}`, async (context) => {
    const error = await failureOf(await urlOf(context, 'job.mjs', { ...BESIDE, 'job.mjs': text }))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    assert.notEqual(error.cause, undefined)
  })
}

test('the stack of a failed main starts at the line of the user', async (context) => {
  const text = "function deep() {\n  throw new Error('broken')\n}\ndeep()\n"
  const error = await failureOf(await urlOf(context, 'job.mjs', { 'job.mjs': text }))
  const [head, first, second] = (error.stack ?? '').split('\n')
  assert.equal(head, 'FlinkError: The main method caused an error: broken')
  assert.match(first ?? '', /at deep .*job\.mjs:2:9/)
  assert.match(second ?? '', /job\.mjs:4:1/)
})
