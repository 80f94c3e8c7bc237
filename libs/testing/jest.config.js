import { jestPreset } from '../../jest.preset.js';

export default jestPreset('testing', import.meta.dirname);
