import { jestPreset } from '../../jest.preset.js';

export default jestPreset('kernel', import.meta.dirname);
