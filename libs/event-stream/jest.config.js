import { jestPreset } from '../../jest.preset.js';

export default jestPreset('event-stream', import.meta.dirname);
