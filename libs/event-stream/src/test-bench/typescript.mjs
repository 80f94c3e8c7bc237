// Lets a child process of a test run the sources as they are: `node -C @privity/source --import <this> child.ts`.
import { register } from 'node:module';

register(new URL('./typescript-hooks.mjs', import.meta.url));
