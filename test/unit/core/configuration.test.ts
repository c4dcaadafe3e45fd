import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { CheckpointingOptions } from '../../../src/core/config/checkpointing-options.js'
import { ClusterOptions } from '../../../src/core/config/cluster-options.js'
import { Configuration, type ConfigurationEntries } from '../../../src/core/config/configuration.js'
import { parseFlatConfiguration } from '../../../src/core/config/flat-configuration-parser.js'
import { loadConfiguration } from '../../../src/core/config/global-configuration.js'
import { renderOptionsDocumentation } from '../../../src/core/config/options-documentation.js'
import { splitEscaped } from '../../../src/core/config/structured-options-splitter.js'
import { PipelineOptions } from '../../../src/core/config/pipeline-options.js'
import { CoreOptions } from '../../../src/core/config/core-options.js'
import { RestOptions } from '../../../src/core/config/rest-options.js'
import { parseDuration, parseMemorySize } from '../../../src/core/config/value-parsers.js'
import { parseYamlConfiguration } from '../../../src/core/config/yaml-configuration-parser.js'
import { serializeError } from '../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..')

async function fileSystemWith(files: Record<string, string>): Promise<InMemoryFileSystem> {
  const fileSystem = new InMemoryFileSystem()
  await fileSystem.mkdirs('/conf')
  for (const [name, text] of Object.entries(files)) {
    const writer = await fileSystem.openForWrite(`/conf/${name}`)
    await writer.write(new TextEncoder().encode(text))
  }
  return fileSystem
}

describe('values', () => {
  it('reads durations with and without unit', () => {
    assert.deepEqual(
      ['10 s', '500', '1min', '2 H', '3 days'].map(parseDuration),
      [10_000, 500, 60_000, 7_200_000, 259_200_000],
    )
  })

  it('reads memory sizes in binary multiples', () => {
    assert.deepEqual(['20 kb', '1024', '64m', '1 g'].map(parseMemorySize), [20_480, 1024, 67_108_864, 1_073_741_824])
  })

  for (const text of ['', 's', '-1 s', '1h30m', '1.5 s', '3 fortnights']) {
    it(`refuses the duration "${text}"`, () => {
      assert.throws(() => parseDuration(text), { name: 'ValueFormatError' })
    })
  }

  it('splits lists with quotes', () => {
    assert.deepEqual(splitEscaped(`a;'b;c';"d""e"; f `, ';'), ['a', 'b;c', 'd"e', 'f'])
  })
})

describe('the configuration', () => {
  it('prefers the new name of an option to its old one, wherever they stand', () => {
    const configuration = Configuration.fromMap({
      'execution.checkpointing.dir': '/new',
      'state.checkpoints.dir': '/old',
    })
    assert.equal(configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY), '/new')
  })

  it('reads enums in any case', () => {
    const configuration = Configuration.fromMap({ 'execution.checkpointing.mode': 'at_least_once' })
    assert.equal(configuration.get(CheckpointingOptions.CHECKPOINTING_MODE), 'AT_LEAST_ONCE')
  })

  it('masks secrets', () => {
    assert.deepEqual(Configuration.fromMap({ 'my.password': 'x', a: 'b' }).redacted(), {
      'my.password': '******',
      a: 'b',
    })
  })

  it('does not tell the value of a secret that cannot be read', () => {
    const option = { ...CheckpointingOptions.CHECKPOINTING_TIMEOUT, key: 'token.timeout' }
    assert.throws(
      () => Configuration.fromMap({ 'token.timeout': 'hunter2' }).get(option),
      (error) => {
        assert.ok(FlinkError.is(error, 'CONFIG_VALUE_INVALID'))
        assert.doesNotMatch(JSON.stringify(serializeError(error)), /hunter2/)
        return true
      },
    )
  })

  it('reads a map item by item where it is not set as a whole', () => {
    const items = { 'pipeline.global-job-parameters.a': '1', 'pipeline.global-job-parameters.b.c': 'x,y:z' }
    const configuration = Configuration.fromMap(items)
    assert.ok(configuration.contains(PipelineOptions.GLOBAL_JOB_PARAMETERS))
    assert.deepEqual(configuration.get(PipelineOptions.GLOBAL_JOB_PARAMETERS), { a: '1', 'b.c': 'x,y:z' })
    configuration.setString('pipeline.global-job-parameters', 'd:2')
    assert.deepEqual(configuration.get(PipelineOptions.GLOBAL_JOB_PARAMETERS), { d: '2' })
    configuration.set(PipelineOptions.GLOBAL_JOB_PARAMETERS, { e: "it's, so: yes" })
    const travelled = Configuration.fromMap(configuration.toMap())
    assert.deepEqual(travelled.get(PipelineOptions.GLOBAL_JOB_PARAMETERS), { e: "it's, so: yes" })
    assert.deepEqual(configuration.keys(), ['pipeline.global-job-parameters'])
  })

  it('still says where a value was set when it has travelled as plain data', () => {
    const set = new Configuration()
      .setString('rest.port', '70000', 'flink-conf.yaml:12')
      .setString('parallelism.default', 'two', '-D')
    const data = JSON.parse(JSON.stringify(set.toEntries())) as ConfigurationEntries
    const travelled = Configuration.fromEntries(Configuration.fromEntries(data).clone().toEntries())
    assert.throws(() => travelled.get(RestOptions.PORT), /flink-conf\.yaml:12/)
    assert.throws(() => travelled.get(CoreOptions.DEFAULT_PARALLELISM), /-D/)
    assert.deepEqual(travelled.toMap(), set.toMap())
    const unknown = Configuration.fromEntries({ 'rest.port': '70000' })
    assert.throws(() => unknown.get(RestOptions.PORT), /the job configuration/)
  })

  it('names the limit of a number that is out of range, and where it was set', () => {
    const configuration = new Configuration().setString('rest.port', '70000', '-D')
    assert.throws(() => configuration.get(RestOptions.PORT), /'70000' for key 'rest\.port'.*at most 65535.*-D/)
  })

  it('is copied by clone, and the added one wins in addAll', () => {
    const first = Configuration.fromMap({ a: '1', b: '1' })
    const copy = first.clone().addAll(Configuration.fromMap({ b: '2' }))
    assert.deepEqual(
      [copy.toMap(), first.toMap()],
      [
        { a: '1', b: '2' },
        { a: '1', b: '1' },
      ],
    )
  })

  it('replaces an old name when the option is set', () => {
    const configuration = Configuration.fromMap({ 'state.checkpoints.num-retained': '3' })
    configuration.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 7)
    assert.deepEqual(configuration.toMap(), { 'execution.checkpointing.num-retained': '7' })
  })
})

describe('flink-conf.yaml', () => {
  it('is read line by line: comments, quotes and colons as in Flink', () => {
    const { entries, warnings } = parseFlatConfiguration('a: b # c\n\n# d: e\nf: "g"\nh: i: j\nk:l\nempty: \n')
    assert.deepEqual(
      entries.map(({ key, value }) => [key, value]),
      [
        ['a', 'b'],
        ['f', '"g"'],
        ['h', 'i: j'],
      ],
    )
    assert.deepEqual(warnings, [
      'line 6 is skipped, it is not "key: value" (is the space after the colon missing?)',
      'line 7 is skipped, it is not "key: value" (is the value missing?)',
    ])
    assert.match(parseFlatConfiguration('interval 10 s').warnings[0] ?? '', /\(is the colon missing\?\)$/)
    assert.deepEqual(
      parseFlatConfiguration('a: 1\r\nb: 2\rc: 3').entries.map(({ line }) => line),
      [1, 2, 3],
    )
  })

  it('names file and line of a wrong value', async () => {
    const fileSystem = await fileSystemWith({ 'flink-conf.yaml': 'a: b\nexecution.checkpointing.interval: soon\n' })
    await assert.rejects(loadConfiguration('/conf', fileSystem), (error) => {
      assert.ok(FlinkError.is(error, 'CONFIG_VALUE_INVALID'))
      assert.match(error.message, /^Could not parse value 'soon' for key 'execution\.checkpointing\.interval'\./)
      assert.match(error.message, /\/conf\/flink-conf\.yaml:2/)
      return true
    })
  })

  it('takes the last of lines with one key, and tells of the others', async () => {
    const lines = 'parallelism.default: 1\na: b\nparallelism.default: 2\nparallelism.default: 3\n'
    const loaded = await loadConfiguration('/conf', await fileSystemWith({ 'flink-conf.yaml': lines }))
    assert.equal(loaded.configuration.getString('parallelism.default'), '3')
    assert.deepEqual(loaded.warnings, [
      '/conf/flink-conf.yaml: line 3: parallelism.default was set in line 1; this one wins',
      '/conf/flink-conf.yaml: line 4: parallelism.default was set in line 3; this one wins',
    ])
  })

  it('names file and line of an unknown word', async () => {
    const fileSystem = await fileSystemWith({ 'flink-conf.yaml': 'state.backend: floppy\n' })
    await assert.rejects(loadConfiguration('/conf', fileSystem), /floppy is an unknown value.*flink-conf\.yaml:1/)
  })
})

describe('paths and quotes', () => {
  const loaded = async (line: string): Promise<Awaited<ReturnType<typeof loadConfiguration>>> =>
    loadConfiguration('/conf', await fileSystemWith({ 'flink-conf.yaml': `a: b\n${line}\n` }))

  for (const line of [
    'execution.checkpointing.dir: "file:///tmp/q"',
    "state.savepoints.dir: '/tmp/q'",
    'env.log.dir: "/tmp # q"',
    'cluster.run-directory: "~/run"',
  ]) {
    it(`refuses the quotes of a path with file and line: ${line}`, async () => {
      const [key = ''] = line.split(':')
      await assert.rejects(loaded(line), {
        code: 'CONFIG_VALUE_INVALID',
        message: new RegExp(`'${key}'.*Write it without them.*/conf/flink-conf.yaml:2`),
      })
    })
  }

  it('refuses an empty path, which would be the working directory', () => {
    const configuration = Configuration.fromMap({ 'cluster.run-directory': '' })
    assert.throws(() => configuration.get(ClusterOptions.RUN_DIRECTORY), {
      code: 'CONFIG_VALUE_INVALID',
      message: /Write the path, or leave the option out/,
    })
  })

  it('takes ~ for the home directory or refuses it, and never for the name of a directory', async () => {
    for (const path of ['~', '~/run', '/a/~', 'a~']) {
      const { configuration } = await loaded(`cluster.run-directory: ${path}`)
      assert.equal(configuration.get(ClusterOptions.RUN_DIRECTORY), path)
    }
    for (const line of ['cluster.run-directory: ~nobody/x', 'env.log.dir: ~/log', 'execution.checkpointing.dir: ~/c']) {
      await assert.rejects(loaded(line), { code: 'CONFIG_VALUE_INVALID', message: /Write the path in full/ })
    }
  })

  it('may be relative, which is told of one in a file: each command may be started elsewhere', async () => {
    const { warnings } = await loaded('state.checkpoints.dir: cp')
    const what = "state.checkpoints.dir is 'cp' in whichever directory a command is started"
    assert.deepEqual(warnings, [`/conf/flink-conf.yaml: line 2: ${what}. Write the path in full`])
    for (const path of ['/cp', 'file:/cp', 's3://b/cp']) {
      assert.deepEqual((await loaded(`state.checkpoints.dir: ${path}`)).warnings, [], path)
    }
  })

  it('holds for values of the command line and of the program too', () => {
    const configuration = Configuration.fromMap({ 'execution.checkpointing.dir': '"/a"' }, '-D')
    assert.throws(() => configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY), /set in -D/)
  })

  it('tells of quotes that are part of another value, and leaves those of lists and maps alone', async () => {
    const { configuration, warnings } = await loaded('pipeline.name: "My job"')
    assert.equal(configuration.get(PipelineOptions.NAME), '"My job"')
    assert.deepEqual(warnings, ['/conf/flink-conf.yaml: line 2: the quotes are part of the value of pipeline.name'])
    for (const line of [`pipeline.global-job-parameters: "k:v"`, 'of.somebody.else: "x"', `pipeline.name: "a" or "b`]) {
      assert.deepEqual((await loaded(line)).warnings, [], line)
    }
  })
})

describe('config.yaml', () => {
  it('joins nested keys and keeps words that YAML 1.1 would turn into booleans', async () => {
    const text =
      'restart-strategy: {type: off}\nexecution:\n  checkpointing:\n    interval: 10 s\na.b: [x, y]\nn: 007\n'
    const { entries } = await parseYamlConfiguration(text, 'config.yaml')
    assert.deepEqual(
      entries.map(({ key, value, line }) => [key, value, line]),
      [
        ['restart-strategy.type', 'off', 1],
        ['execution.checkpointing.interval', '10 s', 4],
        ['a.b', 'x;y', 5],
        ['n', '007', 6],
      ],
    )
  })

  it('follows aliases, keeps items apart, and gives a nested map item by item', async () => {
    const text = 'a: &x {b: 1}\nc: *x\nlist: ["p;q", r]\npipeline: {global-job-parameters: {k: v}}\n'
    const { entries } = await parseYamlConfiguration(text, 'config.yaml')
    assert.deepEqual(
      entries.map(({ key, value }) => [key, value]),
      [
        ['a.b', '1'],
        ['c.b', '1'],
        ['list', "'p;q';r"],
        ['pipeline.global-job-parameters.k', 'v'],
      ],
    )
  })

  for (const [title, text, line] of [
    ['a key without value', 'a: 1\nb:\n', 2],
    ['a key that comes twice', 'a: 1\nc: 2\na: 3\n', 3],
    ['a list instead of a mapping', '- a\n', 1],
  ] as const) {
    it(`refuses ${title} with its line`, async () => {
      await assert.rejects(parseYamlConfiguration(text, '/x/config.yaml'), (error) => {
        return FlinkError.is(error, 'CONFIG_YAML_INVALID') && error.details['line'] === line
      })
    })
  }

  it('may have a key nested and with dots, of which the last one wins and the other is told', async () => {
    const lines = 'parallelism: {default: 1}\nparallelism.default: 2\n'
    const loaded = await loadConfiguration('/conf', await fileSystemWith({ 'config.yaml': lines }))
    assert.equal(loaded.configuration.getString('parallelism.default'), '2')
    const words = 'line 2: parallelism.default was set in line 1; this one wins'
    assert.deepEqual(loaded.warnings, [`/conf/config.yaml: ${words}`])
  })

  it('merges mappings: own keys go first, then the mappings in their order, each key whole', async () => {
    const text =
      'a: &a {x: 1, m: {p: 1}}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], y: 3, m: {q: 4}}\nd:\n  <<: *b\n"<<": {z: 5}\n'
    const { entries } = await parseYamlConfiguration(text, 'config.yaml')
    const found = Object.fromEntries(entries.map(({ key, value }) => [key, value]))
    const merged = { 'c.x': '1', 'c.m.q': '4', 'c.y': '3', 'd.x': '2', 'd.y': '2' }
    assert.deepEqual(found, { 'a.x': '1', 'a.m.p': '1', 'b.x': '2', 'b.y': '2', ...merged, '<<.z': '5' })
  })

  const laughs = (level: (before: string) => string): string =>
    Array.from({ length: 30 }, (_, at) => `a${String(at)}: &a${String(at)} ${level(`*a${String(at - 1)}`)}`)
      .join('\n')
      .replace('*a-1', '1')
      .replace('*a-1', '1')
  for (const [title, text, line, reason] of [
    ['mappings that double 30 times', laughs((before) => `{p: ${before}, q: ${before}}`), undefined, /unfolds to more/],
    [
      'merges that double 30 times',
      laughs((before) => `{<<: [${before}, ${before}]}`).replace('[1, 1]', '{x: 1}'),
      undefined,
      /unfolds to more/,
    ],
    ['an anchor that holds itself', 'x: 1\na: &a {b: *a}\n', 2, /an anchor holds itself/],
    ['an anchor that merges itself', 'x: 1\na: &a {<<: *a}\n', 2, /an anchor holds itself/],
    ['a thousand levels', `x: 1\na: ${'{a: '.repeat(1000)}1${'}'.repeat(1000)}\n`, undefined, /nested/],
    ['ten thousand levels', `a: ${'['.repeat(10_000)}`, undefined, /nested too deeply/],
    ['ten thousand closed levels', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`, undefined, /nested/],
    ['a merge of a text', 'a: 1\nb: {<<: text}\n', 2, /takes a mapping/],
    ['an alias of nothing', 'a: *nothing\n', 1, /nothing/],
  ] as const) {
    it(`refuses ${title} with a reason`, async () => {
      await assert.rejects(parseYamlConfiguration(text, '/x/config.yaml'), (error) => {
        assert.ok(FlinkError.is(error, 'CONFIG_YAML_INVALID'), String(error))
        assert.match(error.message, reason)
        if (line !== undefined) assert.equal(error.details['line'], line)
        return true
      })
    })
  }

  it('may use anchors and have as many keys as the file may be long', async () => {
    const text = Array.from({ length: 10_000 }, (_, at) => `key.${String(at)}: ${String(at)}`).join('\n')
    assert.equal((await parseYamlConfiguration(text, 'config.yaml')).entries.length, 10_000)
    const aliases = `a: &a {x: 1}\n${Array.from({ length: 5000 }, (_, at) => `k${String(at)}: *a`).join('\n')}`
    assert.equal((await parseYamlConfiguration(aliases, 'config.yaml')).entries.length, 5001)
  })

  it('of more than 256 KB is not read', async () => {
    const fileSystem = await fileSystemWith({ 'config.yaml': `a: ${'x'.repeat(256 * 1024)}` })
    await assert.rejects(loadConfiguration('/conf', fileSystem), { code: 'CONFIG_FILE_UNREADABLE', message: /bytes/ })
  })

  it('is not read where it is no file with an end', async () => {
    const fileSystem = await fileSystemWith({})
    await fileSystem.mkdirs('/conf/flink-conf.yaml')
    await assert.rejects(loadConfiguration('/conf', fileSystem), {
      code: 'CONFIG_FILE_UNREADABLE',
      message: /it is a directory/,
    })
  })

  it('names file and line of what is no YAML', async () => {
    await assert.rejects(parseYamlConfiguration('a: b\n  c: [\n', '/x/config.yaml'), /\/x\/config\.yaml:\d+/)
  })

  it('is read where there is no flink-conf.yaml', async () => {
    const fileSystem = await fileSystemWith({ 'config.yaml': 'cluster: {run-directory: /r}\n' })
    const { configuration } = await loadConfiguration('/conf', fileSystem)
    assert.equal(configuration.get(ClusterOptions.RUN_DIRECTORY), '/r')
  })

  it('without any file says which one is missing', async () => {
    const fileSystem = await fileSystemWith({})
    await assert.rejects(loadConfiguration('/conf', fileSystem), /\/conf\/config\.yaml.*No such file/)
  })
})

describe('conf/README.md', () => {
  it('is what the options say', () => {
    const page = readFileSync(path.join(REPOSITORY, 'conf/README.md'), 'utf8')
    assert.equal(page, renderOptionsDocumentation(), 'npm run pages writes it')
  })
})
