export default { alarm: () => import('./AlarmPanel.vue') }
