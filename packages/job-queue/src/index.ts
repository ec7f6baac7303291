export { type Attempt, createJobQueue, type JobQueue, type JobQueueOptions } from './job-queue.ts'
