import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import zlib, { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { isCompressed, openUnpacked } from '../../../../src/core/fs/compressed-file.js'
import type { FileReader, FileSystem } from '../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { canUnpackZstd } from '../../../../src/core/fs/unpackers.js'

const TEXT = 'first line\nsecond line\n'
/** Made by bzip2 and xz of that text. */
const BZIP2 = Buffer.from('QlpoOTFBWSZTWYsT4YQAAATRgAAQQAAPJZwAIAAhoTIxlCAaAJEqMZVoywSC/VfxdyRThQkIsT4YQA==', 'base64')
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAWZmlyc3QgbGluZQpzZWNvbmQgbGluZQoAABLpMe+yotpkAAEvF4EISbEftvN9AQAAAAAEWVo=',
  'base64',
)
/** 3 MB of the same line, in four blocks. */
const BZIP2_BLOCKS = Buffer.from(
  'QlpoOTFBWSZTWav9BdACSezRgAAQQAAjJYRAMACwEA000CaqRoPUEA000ZBKSOQSkjYJSR0CUkbglJG/QSkjUEpIwEpIwEpI9BKSMBKSNAlJH0EpI0CUkZBKSPzFBWSZTWZyVdh4DNEvRgAAQQAAjJYRAMACwEA000CaqRoPUEA000YCUkb2CUkaglJHUEpI2CUkeglJHUEpI7yCUkYCUkcAlJGAlJGoJSR8CUkaglJGAlJH5igrJMprJsQi1kChIRowAAIIAARksIgGABYCAaaaBNVQaNqCAaaaMBKSOgSkjuCUkaBKSOwSkjcEpI0CUkYCUkZBKSNglJGQSkjnmCUkfAlJHAJSRgJSR+YoKyTKaySkNcOAJxHqMAACCAAEZLCIBgAXAQDTTQQDTTQFKoNG1GEQqOqEKjsiFRoiFR3QhUbIhUaIhUYRCo6yhCo3QhUYRCo4IhUfEQqOCIVGEQqPxdyRThQkGTedYcA=',
  'base64',
)
const PACKED: Readonly<Record<string, Buffer>> = {
  gz: gzipSync(TEXT),
  gzip: gzipSync(TEXT),
  deflate: deflateSync(TEXT),
  bz2: BZIP2,
  xz: XZ,
}
/** Formats of which a file may hold several, one after the other. */
const SEVERAL = ['gz', 'gzip', 'bz2', 'xz']

async function unpack(name: string, bytes: Uint8Array): Promise<string> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/in')
  const writer = await disk.openForWrite(`/in/${name}`)
  await writer.write(bytes)
  await writer.close()
  const reader = await openUnpacked(disk, `/in/${name}`)
  const parts: Uint8Array[] = []
  try {
    for (let at = 0; ; at += parts.at(-1)?.length ?? 0) {
      const part = await reader.read(at, 100_000)
      if (part.length === 0) return Buffer.concat(parts).toString()
      parts.push(part)
    }
  } finally {
    await reader.close()
  }
}

describe('a file that is not compressed', () => {
  it('is read once, from front to back, whatever is asked for', async () => {
    const disk = new InMemoryFileSystem()
    const text = 'some line\n'.repeat(10)
    for (const sizeBytes of [0, 1, 9, 10, 11, text.length]) {
      for (const length of [1, 7, 10, 11, 1000]) {
        const writer = await disk.openForWrite('/a.txt')
        await writer.write(Buffer.from(text.slice(0, sizeBytes)))
        await writer.close()
        const asked: number[] = []
        const reader = await openUnpacked(recording(disk, asked), '/a.txt')
        const parts: Uint8Array[] = []
        for (let at = 0; at < sizeBytes; at += length) parts.push(await reader.read(at, length))
        await reader.close()
        assert.equal(Buffer.concat(parts).toString(), text.slice(0, sizeBytes))
        assert.deepEqual(
          asked,
          [...new Set(asked)].sort((left, right) => left - right),
        )
      }
    }
  })
})

/** A file system that takes down where it is asked to read from. */
function recording(disk: FileSystem, asked: number[]): FileSystem {
  return Object.assign(Object.create(disk) as FileSystem, {
    openForRead: async (path: string): Promise<FileReader> => {
      const reader = await disk.openForRead(path)
      return {
        sizeBytes: reader.sizeBytes,
        read: (offset, length) => {
          asked.push(offset)
          return reader.read(offset, length)
        },
        close: () => reader.close(),
      }
    },
  })
}

describe('a compressed file', () => {
  for (const [ending, bytes] of Object.entries(PACKED)) {
    it(`is unpacked by its ending .${ending}, in any case`, async () => {
      assert.equal(await unpack(`a.${ending}`, bytes), TEXT)
      assert.equal(await unpack(`a.txt.${ending.toUpperCase()}`, bytes), TEXT)
    })

    it(`.${ending} that ends too early, anywhere, is refused and named`, async () => {
      for (let length = 0; length < bytes.length; length += 1) {
        await assert.rejects(unpack(`a.${ending}`, bytes.subarray(0, length)), {
          code: 'FILE_UNPACKING_FAILED',
          message: new RegExp(`'/in/a\\.${ending}' cannot be unpacked: .* of its ${String(length)} bytes`, 's'),
        })
      }
    })

    it(`.${ending} with a damaged byte never gives other text than it held`, async () => {
      for (let at = 0; at < bytes.length; at += 1) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ 0x10
        const outcome = await unpack(`a.${ending}`, damaged).catch((error: unknown) => error)
        if (typeof outcome === 'string') assert.equal(outcome, TEXT)
        else assert.match(String(outcome), /cannot be unpacked/)
      }
    })

    it(`.${ending} with text after its end is refused, however far after`, async () => {
      for (const zeros of [0, 1, 100_000]) {
        const more = Buffer.concat([bytes, Buffer.alloc(zeros), Buffer.from('plain text\n')])
        await assert.rejects(unpack(`a.${ending}`, more), { code: 'FILE_UNPACKING_FAILED' })
      }
    })
  }

  it('may consist of several, one after the other', async () => {
    for (const ending of SEVERAL) {
      const bytes = PACKED[ending] ?? Buffer.alloc(0)
      assert.equal(await unpack(`a.${ending}`, Buffer.concat([bytes, bytes, bytes])), TEXT.repeat(3), ending)
    }
  })

  it('of several blocks is unpacked whole', async () => {
    assert.equal(await unpack('a.bz2', BZIP2_BLOCKS), 'a line of text\n'.repeat(200_000))
    const text = Array.from({ length: 100_000 }, (_, at) => `line ${String(at * 7919)}`).join('\n')
    assert.equal(await unpack('a.gz', gzipSync(text)), text)
  })

  it('in zstd is unpacked where Node can do that', async () => {
    const compress: unknown = Reflect.get(zlib, 'zstdCompressSync')
    assert.equal(canUnpackZstd(), typeof compress === 'function')
    if (typeof compress !== 'function') return
    const packed = (compress as (bytes: Uint8Array) => Buffer)(Buffer.from(TEXT))
    assert.equal(isCompressed('/in/a.zst'), true)
    assert.equal(await unpack('a.zst', packed), TEXT)
    await assert.rejects(unpack('a.zst', packed.subarray(0, packed.length - 3)), { code: 'FILE_UNPACKING_FAILED' })
  })

  it('in another format than its ending says is refused', async () => {
    await assert.rejects(unpack('a.gz', Buffer.from(TEXT)), { code: 'FILE_UNPACKING_FAILED' })
    await assert.rejects(unpack('a.bz2', XZ), { code: 'FILE_UNPACKING_FAILED' })
    await assert.rejects(unpack('a.deflate', deflateRawSync(TEXT)), { code: 'FILE_UNPACKING_FAILED' })
  })

  it('that cannot be unpacked here is refused by its ending', () => {
    const zstd = canUnpackZstd() ? [] : ['a.ZST', 'a.txt.zst']
    for (const name of [...zstd, 'a.zip', 'a.7z', 'a.Z', 'a.lz4', 'a.br', 'a.snappy', 'a.tar', 'a.tgz']) {
      assert.throws(
        () => isCompressed(`/in.d/${name}`),
        (error: unknown) =>
          error instanceof Error && error.message.includes(name) && /Unpack it first/.test(error.message),
      )
    }
    assert.throws(() => isCompressed('/in/a.tar.gz'), { code: 'FILE_COMPRESSION_UNSUPPORTED' })
  })

  it('is told from a plain one by the last ending alone', () => {
    for (const name of ['gz', 'a.gz.txt', 'a', 'a.csv', 'a.gz-old', 'zip'])
      assert.equal(isCompressed(`/x.gz/${name}`), false)
  })

  it('is never read as text under another name', async () => {
    const start = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(bytes), Buffer.alloc(20)])
    const files = {
      gzip: PACKED['gz'] ?? BZIP2,
      bzip2: BZIP2,
      xz: XZ,
      zstd: start(0x28, 0xb5, 0x2f, 0xfd),
      zip: start(0x50, 0x4b, 3, 4),
    }
    for (const [format, bytes] of Object.entries(files)) {
      await assert.rejects(unpack('a.txt', bytes), {
        code: 'FILE_COMPRESSION_UNSUPPORTED',
        message: new RegExp(format),
      })
    }
    assert.equal(await unpack('a.txt', Buffer.from('BZh is how it begins')), 'BZh is how it begins')
    assert.equal(await unpack('a.txt', Buffer.from('PK')), 'PK')
  })
})
