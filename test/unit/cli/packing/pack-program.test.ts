import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it, test } from 'node:test'
import { thisProcess } from '../../../../src/core/process/process-owner.js'
import { packProgram } from '../../../../src/cli/packing/pack-program.js'
import { unpackProgramArchive } from '../../../../src/graph/packaged-program-archive.js'

let directory = ''

beforeEach(() => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'packing-test-')))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function file(name: string, text: string): string {
  const place = path.join(directory, 'project', name)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, text)
  return place
}

/** A package that exports its name with its version, and what its dependencies export. */
function dependency(place: string, name: string, version: string, dependencies: readonly string[] = []): void {
  const manifest = {
    name,
    version,
    main: 'index.js',
    dependencies: Object.fromEntries(dependencies.map((d) => [d, '*'])),
  }
  file(`${place}/package.json`, JSON.stringify(manifest))
  const required = dependencies.map((each) => `require('${each}')`).join(', ')
  file(`${place}/index.js`, `module.exports = ['${name}@${version}', ${required}].flat().join(' ')`)
}

/** What the packed program prints where nothing of the project is. */
async function printed(jobFile: string): Promise<string> {
  const { module } = await unpacked(jobFile)
  return execFileSync(process.execPath, [module], { encoding: 'utf8' }).trim()
}

async function unpacked(jobFile: string): Promise<{ readonly module: string; readonly files: readonly string[] }> {
  const packed = await packProgram(jobFile)
  const place = path.join(directory, 'elsewhere')
  try {
    const module = await unpackProgramArchive(packed.path, place)
    // What is found after this is found in the archive.
    rmSync(path.join(directory, 'project'), { recursive: true })
    const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
    return { module, files: files.map((name) => name.split(path.sep).join('/')).toSorted() }
  } finally {
    await packed.remove()
    assert.ok(!existsSync(packed.path))
  }
}

describe('A packed program', () => {
  it('has the modules that its own name, however they do, and nothing else of their folders', async () => {
    file(
      'package.json',
      '{ "type": "module", "name": "mine", "exports": { "./own": "./own.js" }, "imports": { "#in": "./in.js" } }',
    )
    file(
      'src/deep/a.js',
      "import { readFileSync } from 'node:fs'\nexport default readFileSync(new URL('../../data.txt', import.meta.url), 'utf8')",
    )
    file('data.txt', 'data')
    file('own.js', "export const own = 'own'")
    file('in.js', "export const inside = 'in'")
    file('later.js', "export const later = 'later'")
    file('old.cjs', "const part = require('./part')\nmodule.exports = 'old-' + part")
    file('part.cjs', 'not this one')
    file('part/index.js', 'never')
    file('part.js', 'nor this')
    file('part.json', '"part"')
    file('unrelated.js', 'not a module at all {')
    rmSync(path.join(directory, 'project/part.js'))
    rmSync(path.join(directory, 'project/part'), { recursive: true })
    const job = file(
      'src/job.js',
      [
        "import a from './deep/a.js'",
        "import { own } from 'mine/own'",
        "import { inside } from '#in'",
        "import old from '../old.cjs'",
        'const { later } = await import(`../later.js`)',
        'console.log([a, own, inside, old, later].join())',
      ].join('\n'),
    )
    const { module, files } = await unpacked(job)
    assert.equal(execFileSync(process.execPath, [module], { encoding: 'utf8' }).trim(), 'data,own,in,old-part,later')
    assert.deepEqual(
      files.filter((name) => /unrelated|part\.cjs|README/.test(name)),
      [],
    )
  })

  it('has each package in the version that whoever asks finds, and not flink-ts', async () => {
    dependency('node_modules/one', 'one', '1', ['shared', '@scope/two'])
    dependency('node_modules/@scope/two', '@scope/two', '1', ['shared', 'one'])
    // Two that ask for each other.
    file('node_modules/@scope/two/index.js', "module.exports = 'two sees ' + require('shared')")
    dependency('node_modules/@scope/two/node_modules/shared', 'shared', '2')
    dependency('node_modules/shared', 'shared', '1')
    dependency('node_modules/never', 'never', '1')
    dependency('node_modules/flink-ts', 'flink-ts', '9')
    const job = file(
      'job.mjs',
      "import one from 'one'\nimport shared from 'shared'\nif (process.argv.length > 9) await import('flink-ts')\nconsole.log(one + '; ' + shared)",
    )
    const { module, files } = await unpacked(job)
    assert.equal(
      execFileSync(process.execPath, [module], { encoding: 'utf8' }).trim(),
      'one@1 shared@1 two sees shared@2; shared@1',
    )
    assert.deepEqual(
      files.filter((name) => /flink-ts|never/.test(name)),
      [],
    )
  })

  it('has packages that are links, as pnpm and workspaces make them, with what they find beside themselves', async () => {
    const store = 'node_modules/.pnpm/one@1/node_modules'
    dependency(`${store}/one`, 'one', '1', ['two'])
    dependency(`${store}/two`, 'two', '1')
    symlinkSync(path.join(directory, 'project', store, 'one'), path.join(directory, 'project/node_modules/one'))
    dependency('packages/lib', 'lib', '1')
    symlinkSync(path.join(directory, 'project/packages/lib'), path.join(directory, 'project/node_modules/lib'))
    const job = file('app/job.mjs', "import one from 'one'\nimport lib from 'lib'\nconsole.log(one, lib)")
    assert.equal(await printed(job), 'one@1 two@1 lib@1')
  })

  it('lacks what the program asks for while it runs and is not there', async () => {
    const job = file(
      'job.cjs',
      "let found = 'without'\ntry { found = require('optional') } catch {}\nimport('./gone.mjs').catch(() => console.log(found))",
    )
    assert.equal(await printed(job), 'without')
  })

  for (const [name, text] of [
    [
      'app.cjs',
      `const path = require('path'), { readFileSync } = require('fs')
       const data = path.join(__dirname, 'data')
       console.log(String(readFileSync(path.resolve(__dirname, '..', 'rules.txt'))) + readFileSync(path.join(data, process.argv[2] ?? 'one.txt')))`,
    ],
    [
      'app.mjs',
      `import { readFileSync } from 'node:fs'
       import path from 'node:path'
       import { fileURLToPath } from 'node:url'
       const here = path.dirname(fileURLToPath(import.meta.url))
       const named = (name) => readFileSync(\`\${here}/data/\${name}.txt\`, 'utf8')
       console.log(readFileSync(new URL('../rules.txt', import.meta.url), 'utf8') + named('one'))`,
    ],
    [
      'compiled.cjs',
      `const node_path_1 = require("node:path")
       const read = (file) => require('fs').readFileSync(file, 'utf8')
       console.log(read(__dirname + '/../rules.txt') + read((0, node_path_1.join)(__dirname, "data", "one.txt")))`,
    ],
  ] as const) {
    it(`has what the program opens beside itself, as ${name} does`, async () => {
      file('rules.txt', 'rules ')
      file('src/data/one.txt', 'one')
      file('src/data/no-module.js', 'not a module at all {')
      assert.equal(await printed(file(`src/${name}`, text)), 'rules one')
    })
  }

  it('is told with the places where only the run can tell what is opened, or where that is too much to be sent', async () => {
    file('much/file.bin', '0'.repeat(17 * 1024 * 1024))
    const job = file(
      'job.cjs',
      "const path = require('path')\nmodule.exports = (name) =>\n  path.join(__dirname, name)\npath.join(__dirname, 'much')\npath.join(__dirname)",
    )
    const packed = await packProgram(job)
    await packed.remove()
    assert.deepEqual(packed.unknown, [`${job}:4`, `${job}:3`])
  })

  it('is told with the places of imports whose word only the run can tell', async () => {
    const job = file('job.mjs', "const name = './x.js'\nexport default () =>\n  import(name)")
    const packed = await packProgram(job)
    await packed.remove()
    assert.deepEqual(packed.unknown, [`${job}:3`])
  })

  it('is read as CommonJS where its manifest says nothing else', async () => {
    file('package.json', '{}')
    const job = file('job.js', 'with ({ a: 1 }) console.log(a, __filename.endsWith("job.js"))\nreturn')
    assert.equal(await printed(job), '1 true')
  })

  for (const [what, text, reason] of [
    ['a file that is not there', "import './gone.js'", "it imports './gone.js': it is not there"],
    ['a package that is not there', "import 'gone/sub'", "it imports 'gone', and no node_modules folder"],
    ['a folder', "import './'", "it imports './': it is a directory"],
    ['something that is no JavaScript', 'const = 1', 'it is no JavaScript that can be read: Unexpected token (1:6)'],
  ] as const) {
    it(`is refused, with the file that asks, where that asks for ${what}`, async () => {
      const job = file('job.mjs', "import './lib/asks.mjs'")
      const asks = file('lib/asks.mjs', text)
      await assert.rejects(packProgram(job), ({ code, message }: Error & { code: string }) => {
        assert.equal(code, 'PROGRAM_PACKING_FAILED')
        assert.ok(message.startsWith(`The job file cannot be packed for the session: ${asks}: ${reason}`), message)
        return true
      })
    })
  }
})

test('a packed program lies in a directory of this process, which goes with it, and what a dead one left goes as well', async () => {
  const left = path.join(directory, 'flink-ts-packing-1-left')
  mkdirSync(left)
  // No process of this number and start lives.
  writeFileSync(`${left}.owner`, JSON.stringify({ ...(await thisProcess()), pid: 2 ** 22 + 1 }))
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = directory
  try {
    const packed = await packProgram(file('job.mjs', 'export {}'))
    assert.equal(path.dirname(path.dirname(packed.path)), directory)
    await packed.remove()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  assert.deepEqual(readdirSync(directory), ['project'])
})
