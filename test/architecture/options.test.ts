import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_OPTIONS, OPTION_GROUPS } from '../../src/core/config/all-options.js'
import type { ConfigOption } from '../../src/core/config/config-option.js'
import { OPTIONS_WITHOUT_EFFECT } from '../../src/core/config/options-without-effect.js'
import { ROCKSDB_METRICS } from '../../src/core/config/rocksdb-metric-names.js'
import { sourceFiles, textOf } from './repository.js'

type Sources = Readonly<Record<string, string>>

/** What only hands a setting back to the program that made it, or shows it, makes nothing of it. */
const MIRROR =
  /^src\/(?:api\/environment\/(?:execution|checkpoint)-config|cluster\/(?:job-messages|checkpoint-config-info)-of)\.ts$/
/** The table itself asks whether its options are set. */
const TABLE = 'src/core/config/options-without-effect.ts'
const READ = /\.(?:get|getOptional|contains)\(\s*(\w+)\.([A-Z_]+)\s*[,)]/g
/** `import { RestOptions as Options }` and `const options = RestOptions`. */
const OTHER_NAME = /\b(\w+Options) as (\w+)\b|\bconst (\w+) = (\w+Options)$/gm

function optionNamed(holder: string, name: string): ConfigOption<unknown> | undefined {
  return OPTION_GROUPS.find((group) => group.holder === holder)?.options[name]
}

/** Keys of the options that some of these sources ask a configuration for. */
function keysReadIn(sources: Sources): Set<string> {
  const keys = new Set<string>()
  for (const [file, text] of Object.entries(sources)) {
    if (MIRROR.test(file) || file === TABLE) continue
    const names = new Map<string, string>()
    for (const [, imported = '', alias = '', constant = '', holder = ''] of text.matchAll(OTHER_NAME)) {
      names.set(alias === '' ? constant : alias, holder === '' ? imported : holder)
    }
    for (const [, name = '', option = ''] of text.matchAll(READ)) {
      const key = optionNamed(names.get(name) ?? name, option)?.key
      if (key !== undefined) keys.add(key)
    }
  }
  return keys
}

/** What is wrong with the options as these sources treat them, a line for each. */
function faultsIn(sources: Sources): string[] {
  const read = keysReadIn(sources)
  const idle = new Set(OPTIONS_WITHOUT_EFFECT.map(({ option }) => option.key))
  return ALL_OPTIONS.flatMap(({ key }) => {
    if (!read.has(key) && !idle.has(key)) return [`${key} is read by nobody`]
    return read.has(key) && idle.has(key) ? [`${key} is read, and called without effect`] : []
  })
}

const sources: Sources = Object.fromEntries(sourceFiles().map((file) => [file, textOf(file)]))

test('every option is read by what it is for, or stands in the table of those without effect', () => {
  assert.deepEqual(faultsIn(sources), [])
})

test('an option that nobody reads any more is found, also where it is set and handed back', () => {
  const without = { ...sources, 'src/runtime/jobmanager/checkpoint/checkpoint-coordinator-configuration.ts': '' }
  const faults = faultsIn(without)
  assert.ok(faults.includes('execution.checkpointing.min-pause is read by nobody'), faults.join('\n'))
  assert.ok(!faults.some((fault) => fault.startsWith('execution.checkpointing.mode ')), faults.join('\n'))
})

test('an option of the table that somebody reads is found, by whatever name it is read', () => {
  const planted: Sources = {
    'src/runtime/planted.ts':
      "import { StateBackendOptions as Options } from './x.js'\nconst is = c.contains(Options.LATENCY_TRACK_ENABLED)\n",
    'src/storage/planted.ts':
      'const options = StateBackendOptions\nconst is = c.getOptional(\n  options.CHANGELOG_ENABLED,\n)\n',
  }
  assert.deepEqual(faultsIn({ ...sources, ...planted }), [
    'state.changelog.enabled is read, and called without effect',
    'state.latency-track.keyed-state-enabled is read, and called without effect',
  ])
})

test('a mirror of settings is no reader', () => {
  const mirror = { 'src/api/environment/execution-config.ts': 'return this.#configuration.get(RestOptions.PORT)\n' }
  assert.deepEqual([...keysReadIn(mirror)], [])
})

/** What has the form of an option's key on a page, and is no call on the environment. */
function keysOnPage(text: string): string[] {
  const keys = text.matchAll(
    /(?<![\w./-])(?:state|execution|taskmanager|cluster|metrics|io|env\.log)\.[a-z][\w.-]*[a-z]/g,
  )
  return [...keys].map(([key]) => key)
}

test('the page on state backends names no option that is not there, and every metric of a store', () => {
  const page = textOf('jobs/state.md')
  const known = ALL_OPTIONS.flatMap(({ key, fallbackKeys, deprecatedKeys }) => [
    key,
    ...fallbackKeys,
    ...deprecatedKeys,
  ])
  const keys = keysOnPage(page)
  const strange = keys.filter((key) => !known.includes(key) && !key.startsWith('state.backend.rocksdb.metrics.'))
  assert.deepEqual(strange, [])
  assert.ok(keys.length > 20)
  assert.deepEqual(
    ROCKSDB_METRICS.filter((name) => !page.includes(`\`${name}\``)),
    [],
  )
})
