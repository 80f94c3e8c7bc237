import { jestPreset } from '../../jest.preset.js';

export default jestPreset('gateway service', import.meta.dirname);
