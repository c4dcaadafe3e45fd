import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { loadS3, loadS3Roles, S3_PACKAGE, S3_ROLES_PACKAGE } from '../../../../src/filesystems/s3/load-s3.js'

it('says what to install where the SDK is not there, and what is wrong where it cannot be loaded', async () => {
  const missing = Object.assign(new Error("Cannot find package '@aws-sdk/client-s3'"), { code: 'ERR_MODULE_NOT_FOUND' })
  await assert.rejects(
    loadS3('s3a', () => Promise.reject(missing)),
    (error) =>
      FlinkError.is(error, 'FILE_SYSTEM_SCHEME_UNSUPPORTED') &&
      error.message.startsWith("Could not find a file system implementation for scheme 's3a'.") &&
      error.message.endsWith(`For s3a:// the AWS SDK is not installed: npm install ${S3_PACKAGE}`),
  )
  await assert.rejects(
    loadS3('s3', () => Promise.reject(new Error('half a file\nand more'))),
    /For s3:\/\/ half a file: npm install/,
  )
})

it('says so of what takes a role, too', async () => {
  const missing = Object.assign(new Error("Cannot find package '@aws-sdk/credential-providers'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
  await assert.rejects(
    loadS3Roles('s3', () => Promise.reject(missing)),
    (error) =>
      FlinkError.is(error, 'FILE_SYSTEM_SCHEME_UNSUPPORTED') &&
      error.message.endsWith(
        `For s3.assume-role.arn @aws-sdk/credential-providers is not installed: npm install ${S3_ROLES_PACKAGE}`,
      ),
  )
})
