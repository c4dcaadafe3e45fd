import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { ProcessLogs } from '../../../../src/cluster/process/process-logs.js'

const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-logs-'))
after(() => rmSync(directory, { recursive: true }))
writeFileSync(path.join(directory, 'own-1.log'), 'first line\n')
writeFileSync(path.join(directory, 'own-1.out'), 'printed\n')
writeFileSync(path.join(directory, 'other.log'), 'of somebody else\n')
writeFileSync(path.join(directory, 'own-secret'), 'secret')
symlinkSync('/etc/passwd', path.join(directory, 'own-link.log'))
mkdirSync(path.join(directory, 'own-directory.log'))

const logs = new ProcessLogs({
  directory,
  log: 'own-1.log',
  outputOf: (names) => names.find((name) => name.endsWith('.out')),
  isOwn: (name) => /^own.*\.(log|out)$/.test(name),
})

async function opened(which: Parameters<ProcessLogs['open']>[0], of = logs): Promise<string | undefined> {
  const stream = await of.open(which)
  return stream === undefined ? undefined : text(stream)
}

test('the logs of a process are its own files of the log directory', async () => {
  const listed = await logs.list()
  assert.deepEqual(listed.map(({ name, size }) => [name, size]).sort(), [
    ['own-1.log', 11],
    ['own-1.out', 8],
  ])
  assert.ok(listed.every(({ mtime }) => Number.isSafeInteger(mtime) && mtime > 1e12))
})

test('the current log and the current output are read, and a log by its name', async () => {
  assert.equal(await opened({ kind: 'log' }), 'first line\n')
  assert.equal(await opened({ kind: 'output' }), 'printed\n')
  assert.equal(await opened({ kind: 'named', name: 'own-1.out' }), 'printed\n')
})

test('no name leads to a file of others, through a link, into a directory or out of the log directory', async () => {
  const names = [
    'other.log',
    'own-secret',
    'own-link.log',
    'own-directory.log',
    '../own-1.log',
    '/etc/passwd',
    '',
    '.',
    '..',
  ]
  for (const name of [...names, `own/../own-1.log`, 'own-1.log\0']) {
    assert.equal(await opened({ kind: 'named', name }), undefined, name)
  }
})

test('a log in which nothing has been written is empty, and a process without a directory has none', async () => {
  const settings = { log: 'own-9.log', outputOf: () => undefined, isOwn: () => true }
  assert.equal(await opened({ kind: 'log' }, new ProcessLogs({ ...settings, directory })), '')
  const nowhere = new ProcessLogs({ ...settings, directory: undefined })
  assert.deepEqual([await nowhere.list(), await opened({ kind: 'log' }, nowhere)], [[], undefined])
  assert.deepEqual(await new ProcessLogs({ ...settings, directory: path.join(directory, 'gone') }).list(), [])
})
