import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { UpgradeLock } from '../../../src/client/upgrade-lock.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { SYSTEM_PROCESS_PROBE, thisProcess, type ProcessProbe } from '../../../src/core/process/process-owner.js'

const directory = mkdtempSync(path.join(tmpdir(), 'upgrade-lock-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})
const runDirectory = new RunDirectory(directory, Date.now)
const JOB = 'a'.repeat(32)
const FILE = path.join(directory, `${JOB}.upgrade`)

describe('The lock of an upgrade', () => {
  it('is refused to a second one while the first lives, and leaves nothing', async () => {
    const lock = await UpgradeLock.take(runDirectory, JOB)
    await assert.rejects(UpgradeLock.take(runDirectory, JOB), (error) => {
      return FlinkError.is(error, 'UPGRADE_UNDER_WAY') && error.message.includes(`process ${String(process.pid)}`)
    })
    const other = await UpgradeLock.take(runDirectory, 'b'.repeat(32))
    await other.release()
    await lock.release()
    assert.deepEqual(readdirSync(directory), [])
    await (await UpgradeLock.take(runDirectory, JOB)).release()
  })

  it('is taken from a process that has ended, and from nobody', async () => {
    const { pidSpace } = await thisProcess()
    // The id of this process, which began at another time: it has gone, and its id was given anew.
    const ended = { host: hostname(), pid: process.pid, start: '00000000-0000-0000-0000-000000000000:1', pidSpace }
    for (const text of [JSON.stringify(ended), 'no JSON', '{}']) {
      writeFileSync(FILE, text)
      const lock = await UpgradeLock.take(runDirectory, JOB)
      await assert.rejects(UpgradeLock.take(runDirectory, JOB), { code: 'UPGRADE_UNDER_WAY' })
      await lock.release()
    }
    assert.deepEqual(readdirSync(directory), [])
  })

  it('is left with a process that took it from one that has ended while this one looked at that', async () => {
    const self = await thisProcess()
    // Of this boot, so that the probe is asked.
    const ended = { ...self, start: self.start?.replace(/:\d+$/, ':1') }
    writeFileSync(FILE, JSON.stringify(ended))
    let isTaken = false
    const probe: ProcessProbe = {
      ...SYSTEM_PROCESS_PROBE,
      startOf: (pid) => {
        if (!isTaken) {
          rmSync(FILE)
          writeFileSync(FILE, JSON.stringify(self))
        }
        isTaken = true
        return SYSTEM_PROCESS_PROBE.startOf(pid)
      },
    }
    await assert.rejects(UpgradeLock.take(runDirectory, JOB, probe), { code: 'UPGRADE_UNDER_WAY' })
    assert.deepEqual(readdirSync(directory), [path.basename(FILE)])
    rmSync(FILE)
  })

  it('that cannot be written says that of the run directory; what cannot be removed keeps nobody from going on', async () => {
    const place = path.join(directory, 'run')
    const gone = new RunDirectory(place, Date.now)
    await assert.rejects(UpgradeLock.take(gone, JOB), { code: 'RUN_DIRECTORY_UNUSABLE' })
    mkdirSync(place)
    const lock = await UpgradeLock.take(gone, JOB)
    rmSync(place, { recursive: true })
    writeFileSync(place, '')
    await lock.release()
    rmSync(place)
  })
})
