import { randomUUID } from 'node:crypto'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { Configuration } from '../../../src/core/config/configuration.js'
import { S3FileSystem } from '../../../src/filesystems/s3/s3-file-system.js'
import type { PlaceElsewhere } from '../place-elsewhere.js'

/** Address of the server that the runner has started. */
export const MOTO = `http://127.0.0.1:${process.env.MOTO_PORT ?? '5555'}`

export function s3Options(endpoint: string = MOTO): Record<string, string> {
  // Of an upload that is gone it answers 500, where a real store says so.
  return { 's3.endpoint': endpoint, 's3.access-key': 'any', 's3.secret-key': 'any', 's3.attempts.maximum': '3' }
}

export function motoFileSystem(options: Readonly<Record<string, string>> = s3Options()): Promise<S3FileSystem> {
  return S3FileSystem.open(Configuration.fromMap(options))
}

/** A new, empty directory in a bucket of its own. */
export async function newBucketDirectory(fileSystem: S3FileSystem): Promise<string> {
  const Bucket = `tests-${randomUUID()}`
  await fileSystem.objects.connection.client.send(new CreateBucketCommand({ Bucket }))
  const directory = `s3://${Bucket}/directory`
  await fileSystem.mkdirs(directory)
  return directory
}

export async function motoPlace(): Promise<PlaceElsewhere> {
  const fileSystem = await motoFileSystem()
  return { fileSystem, directory: await newBucketDirectory(fileSystem), configuration: s3Options() }
}
