import { jestPreset } from '../../jest.preset.js';

export default jestPreset('one-machine', import.meta.dirname);
