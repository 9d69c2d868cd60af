-- Land software (VBDLIS, iLIS) as tables that an account may read (law 2.11): dossiers by receipt number, and what they waited for.
CREATE TABLE ho_so (so_bien_nhan TEXT PRIMARY KEY, ma_ho_so_mot_cua TEXT, ma_tthc TEXT, don_vi TEXT, ngay_tiep_nhan DATETIME,
  ngay_hen_tra DATETIME, ngay_ket_thuc DATETIME, trang_thai_ket_thuc INTEGER, cap_nhat DATETIME);
CREATE TABLE tam_dung (so_bien_nhan TEXT, loai INTEGER, bat_dau DATETIME, ket_thuc DATETIME);
INSERT INTO ho_so VALUES
  ('BN-0001', 'H99.12-260105-0001', '1.004616', 'H99.12', '2026-01-05 08:00:00', '2026-01-16 17:00:00', '2026-01-15 15:30:00', 0, '2026-01-15 15:30:02'),
  ('BN-0002', 'H99.12-260106-0002', '1.004616', 'H99.12', '2026-01-06 08:00:00', '2026-01-19 17:00:00', '2026-01-08 09:00:00', 2, '2026-01-08 09:00:02'),
  ('BN-0003', NULL, '1.004616', 'H99.12', '2026-01-07 08:00:00', '2026-01-20 17:00:00', NULL, NULL, '2026-01-09 11:00:00');
INSERT INTO tam_dung VALUES
  ('BN-0001', 2, '2026-01-07 09:00:00', '2026-01-12 10:00:00'), ('BN-0001', 3, '2026-01-12 10:00:00', '2026-01-13 10:00:00'),
  ('BN-0003', 1, '2026-01-09 11:00:00', NULL);
