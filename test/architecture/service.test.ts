/** What runs the session as a service names nothing that is not there: options, actions, places, the version of Node. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ALL_OPTIONS } from '../../src/core/config/all-options.js'
import { filesUnder, textOf } from './repository.js'

const unit = textOf('conf/flink-ts.service')
const dockerfile = textOf('conf/Dockerfile')
const page = textOf('conf/service.md')

const KEYS = new Set(
  ALL_OPTIONS.flatMap(({ key, fallbackKeys, deprecatedKeys }) => [key, ...fallbackKeys, ...deprecatedKeys]),
)

/** What is set as an option, in a file of configuration or by `-D`, and what is named in backticks and looks like one. */
function optionsIn(text: string): string[] {
  const set = text.matchAll(/(?:^\s*'?|-D )([a-z][\w-]*(?:\.[\w-]+)+)[:=] ?\S/gm)
  const named = text.matchAll(
    /`((?:cluster|rest|state|execution|taskmanager|security|session|web)\.[a-z][\w.-]*[a-z])`/g,
  )
  return [...set, ...named].map(([, key = '']) => key)
}

function settingsOf(key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}

for (const [name, text] of Object.entries({ Dockerfile: dockerfile, 'service.md': page, 'flink-ts.service': unit })) {
  test(`each option that conf/${name} sets or names is one`, () => {
    assert.deepEqual(
      optionsIn(text).filter((key) => !KEYS.has(key)),
      [],
    )
  })
}

test('an option that is none is found, wherever it is set', () => {
  const texts = ["  'rest.none: 1' \\", '    state.none: file:///x', 'run -D rest.none=1 job.js', 'by `cluster.none`']
  assert.deepEqual(texts.flatMap(optionsIn), ['rest.none', 'state.none', 'rest.none', 'cluster.none'])
  assert.ok(optionsIn(dockerfile).length >= 5 && optionsIn(page).length >= 5)
})

test('the page names files of conf and src that there are', () => {
  const names = [...page.matchAll(/`((?:src|conf)\/[\w./-]+)`/g), ...page.matchAll(/ (conf\/[\w.-]+)/g)]
  const files = new Set([...filesUnder('src'), ...filesUnder('conf')])
  assert.ok(names.length > 2)
  assert.deepEqual(
    names.map(([, name = '']) => name).filter((name) => !files.has(name)),
    [],
  )
})

test('both start the session in front, with the configuration and the places of the page', () => {
  const command = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
  assert.deepEqual(command, ['start-cluster', '--foreground'])
  assert.match(settingsOf('ExecStart')[0] ?? '', /\/flink-ts start-cluster --foreground$/)
  const variables = settingsOf('Environment')
  const [, directory = 'none'] = /FLINK_CONF_DIR=(\S+)/.exec(dockerfile) ?? []
  assert.ok(variables.includes(`FLINK_CONF_DIR=${directory}`) && page.includes(`${directory}/flink-conf.yaml`))
  const [, volumes = '[]'] = /^VOLUME (\[.*\])$/m.exec(dockerfile) ?? []
  for (const volume of JSON.parse(volumes) as string[]) {
    assert.ok(
      dockerfile.includes(`: ${volume}`) || dockerfile.includes(`file://${volume}`),
      `nothing is put in ${volume}`,
    )
    assert.ok(page.includes(`:${volume}`), `the page gives no volume for ${volume}`)
  }
  assert.equal(settingsOf('KillSignal')[0], /^STOPSIGNAL (\w+)$/m.exec(dockerfile)?.[1])
})

test('the image has one version of Node, one that the package takes, and no user with power over it', () => {
  const versions = new Set([...dockerfile.matchAll(/^FROM node:(\d+\.\d+\.\d+)-\S+/gm)].map(([, version]) => version))
  assert.equal(versions.size, 1)
  const [, least = '0'] = /"node": ">=(\d+)/.exec(textOf('package.json')) ?? []
  assert.ok(Number([...versions][0]?.split('.')[0]) >= Number(least))
  assert.match(dockerfile, /^USER [1-9]\d*:[1-9]\d*$/m)
  assert.match(page, /\*\*never built\*\*/)
})

test('systemd takes the unit, and every line of it', (context) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
    context.skip('there is no systemd-analyze')
    return
  }
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-unit-'))
  context.after(() => {
    rmSync(directory, { recursive: true })
  })
  const verified = (text: string): { readonly status: number | null; readonly said: string } => {
    const file = path.join(directory, 'flink-ts.service')
    // Neither is on this machine.
    writeFileSync(file, text.replace(/^(ExecStart=)\S+/m, `$1${process.execPath}`).replace(/^(User|Group)=.*$/gm, ''))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
    return {
      status,
      said: stderr
        .split('\n')
        .filter((line) => line.includes(file))
        .join('\n'),
    }
  }
  assert.deepEqual(verified(unit), { status: 0, said: '' })
  assert.notEqual(verified(`${unit}\n[Service]\nRestrat=always\n`).said, '', 'a line that it does not know is told')
})
