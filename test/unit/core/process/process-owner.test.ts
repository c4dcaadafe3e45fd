import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import {
  hasEnded,
  processOwnerOf,
  thisProcess,
  type ProcessOwner,
  type ProcessProbe,
} from '../../../../src/core/process/process-owner.js'

const BOOT = 'aaaaaaaa-0000-0000-0000-000000000000'
const EARLIER_BOOT = 'bbbbbbbb-0000-0000-0000-000000000000'
const asker: ProcessOwner = { host: 'here', pid: 1, start: `${BOOT}:7`, pidSpace: 'pid:[1]' }
const owner: ProcessOwner = { host: 'here', pid: 42, start: `${BOOT}:100`, pidSpace: 'pid:[1]' }

function probe(state: ReturnType<ProcessProbe['stateOf']>, start?: string): ProcessProbe {
  return { stateOf: () => state, startOf: () => Promise.resolve(start) }
}

describe('The process that something on a disk is of', () => {
  const ended = (of: Partial<ProcessOwner>, seen: ProcessProbe): Promise<boolean> =>
    hasEnded({ ...owner, ...of }, asker, seen)

  it('lives while a process of its id began when it did', async () => {
    assert.equal(await ended({}, probe('seen', owner.start)), false)
  })

  it('has ended where its id is free, or that of a process that began at another time', async () => {
    assert.equal(await ended({}, probe('free')), true)
    assert.equal(await ended({}, probe('seen', `${BOOT}:101`)), true)
  })

  it('has ended where it only waits for its parent, and may live where it is hidden', async () => {
    assert.equal(await ended({}, probe('seen')), true)
    assert.equal(await ended({}, probe('hidden')), false)
  })

  it('may live where nobody knows when it began, unless its id is free', async () => {
    const { start: _, ...unknown } = owner
    assert.equal(await hasEnded(unknown, asker, probe('seen', `${BOOT}:1`)), false)
    assert.equal(await hasEnded(unknown, asker, probe('free')), true)
    const ofPs = 'Sat Nov 28 10:00:00 2026'
    assert.equal(await ended({ start: ofPs }, probe('seen')), false)
  })

  it('may live on another machine and in another container, whatever its id means here', async () => {
    assert.equal(await ended({ host: 'there' }, probe('free')), false)
    assert.equal(await ended({ pidSpace: 'pid:[2]' }, probe('free')), false)
  })

  it('has ended where the machine was started anew since, in whichever container it was', async () => {
    const start = `${EARLIER_BOOT}:100`
    assert.equal(await ended({ start, pidSpace: 'pid:[2]' }, probe('seen', start)), true)
    assert.equal(await ended({ start, host: 'there' }, probe('free')), false)
  })

  it('is asked of the system: this process and a child live, a killed child does not', async () => {
    const self = await thisProcess()
    assert.equal(await hasEnded(self, self), false)
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const pid = child.pid ?? 0
    const { start: _, ...ofChild } = { ...self, pid }
    assert.equal(await hasEnded(ofChild, self), false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.equal(await hasEnded(ofChild, self), true)
  })

  it('is read from what was written, and from nothing else', async () => {
    const self = await thisProcess()
    assert.deepEqual(processOwnerOf(JSON.parse(JSON.stringify(self))), self)
    for (const value of [
      null,
      1,
      'x',
      {},
      { ...self, pid: 0 },
      { ...self, pid: '1' },
      { ...self, start: 1 },
      { pid: 1 },
    ]) {
      assert.equal(processOwnerOf(value), undefined)
    }
  })
})
