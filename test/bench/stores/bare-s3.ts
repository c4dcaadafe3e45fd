/** A file to S3 and from it by the AWS SDK alone: parts of the size and number that the engine takes by default. */
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { BarePlace } from './bare-hdfs.js'

const PART_BYTES = 5 * 1024 * 1024
const AT_A_TIME = 4

function clientOf({ options }: BarePlace): S3Client {
  return new S3Client({
    endpoint: options['s3.endpoint'] ?? '',
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: options['s3.access-key'] ?? '', secretAccessKey: options['s3.secret-key'] ?? '' },
    expectContinueHeader: false,
  })
}

function objectOf({ directory }: BarePlace): { readonly Bucket: string; readonly Key: string } {
  const [, Bucket = '', path = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(directory) ?? []
  return { Bucket, Key: `${path}/bare` }
}

export async function makeBucket(place: BarePlace): Promise<void> {
  await clientOf(place).send(new CreateBucketCommand({ Bucket: objectOf(place).Bucket }))
}

export async function bareS3Write(place: BarePlace, blocks: Iterable<Uint8Array>): Promise<undefined> {
  const client = clientOf(place)
  const object = objectOf(place)
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
  const parts: { PartNumber: number; ETag: string | undefined }[] = []
  const sending = new Set<Promise<void>>()
  let part = Buffer.allocUnsafe(PART_BYTES)
  let filled = 0
  let number = 0
  const send = async (Body: Buffer, PartNumber: number): Promise<void> => {
    const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }))
    parts.push({ PartNumber, ETag })
  }
  const sendPart = async (): Promise<void> => {
    number += 1
    const sent = send(part.subarray(0, filled), number).finally(() => sending.delete(sent))
    sending.add(sent)
    part = Buffer.allocUnsafe(PART_BYTES)
    filled = 0
    while (sending.size >= AT_A_TIME) await Promise.race(sending)
  }
  for (const block of blocks) {
    for (let at = 0; at < block.length;) {
      const piece = block.subarray(at, at + PART_BYTES - filled)
      part.set(piece, filled)
      filled += piece.length
      at += piece.length
      if (filled === PART_BYTES) await sendPart()
    }
  }
  if (filled > 0) await sendPart()
  await Promise.all(sending)
  const Parts = parts.sort((one, other) => one.PartNumber - other.PartNumber)
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }))
}

export async function bareS3Read(place: BarePlace): Promise<undefined> {
  const { Body } = await clientOf(place).send(new GetObjectCommand(objectOf(place)))
  let read = 0
  for await (const chunk of Body as AsyncIterable<Buffer>) read += chunk.length
  if (read !== place.sizeBytes) throw new Error(`${String(read)} bytes read`)
}
